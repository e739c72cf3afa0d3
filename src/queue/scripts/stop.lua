-- Marks prompts as stopped: the head, or with an author all of that author's. The mark is what
-- counts, read when a prompt is begun and when it is settled; the call on the channel makes it quick.
-- KEYS 1 seen, 2 list, 3 conversation, 4 replies, 5 waiting replies
-- ARGV 1 lifetime of seen (ms), 2 author or '', 3 entry to say when there is nothing to stop,
--      4 member of waiting replies, 5 now (ms), 6 channel, 7 lifetime of the conversation (ms),
--      8 entry to say when there is
-- -> { 'known', 0 } | { 'done', how many were marked }
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then
  return { 'known', 0 }
end
local function is_asked_for(entry, index)
  if ARGV[2] == '' then
    return index == 1
  end
  local decoded, prompt = pcall(cjson.decode, string.match(entry, '^%S+ %S+ %S+ (.*)$') or '')
  return decoded and type(prompt) == 'table' and type(prompt.author) == 'table'
    and prompt.author.id == ARGV[2]
end
local marked = 0
for index, entry in ipairs(redis.call('LRANGE', KEYS[2], 0, ARGV[2] == '' and 0 or -1)) do
  if is_asked_for(entry, index) then
    local id = string.match(entry, '^(%S+) ') or ''
    redis.call('HSET', KEYS[3], 'stop:' .. id, '1')
    if index == 1 then
      redis.call('PUBLISH', ARGV[6], id)
    end
    marked = marked + 1
  end
end
redis.call('RPUSH', KEYS[4], marked == 0 and ARGV[3] or ARGV[8])
redis.call('ZADD', KEYS[5], 'NX', ARGV[5], ARGV[4])
if marked > 0 then
  redis.call('PEXPIRE', KEYS[3], ARGV[7])
end
return { 'done', marked }
