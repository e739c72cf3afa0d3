-- Marks prompts as stopped. The mark is what counts, read when a prompt is begun and when it is
-- settled; the call on the channel makes it quick.
-- KEYS 1 seen, 2 list, 3 conversation, 4 replies, 5 waiting replies
-- ARGV 1 lifetime of seen (ms), 2 'head' | 'prompt' | 'author', 3 which prompt or author,
--      4 entry to say when there is something to stop, 5 entry when there is not, or '' for neither,
--      6 member of waiting replies, 7 now (ms), 8 channel, 9 lifetime of the conversation (ms)
-- -> 'known' | 'stopped' | 'nothing'
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then
  return 'known'
end
local function is_meant(entry, id, index)
  if ARGV[2] == 'head' then
    return index == 1
  end
  if ARGV[2] == 'prompt' then
    return id == ARGV[3]
  end
  local decoded, prompt = pcall(cjson.decode, string.match(entry, '^%S+ %S+ %S+ (.*)$') or '')
  return decoded and type(prompt) == 'table' and type(prompt.author) == 'table'
    and prompt.author.id == ARGV[3]
end
local outcome = 'nothing'
for index, entry in ipairs(redis.call('LRANGE', KEYS[2], 0, ARGV[2] == 'head' and 0 or -1)) do
  local id = string.match(entry, '^(%S+) ') or ''
  if is_meant(entry, id, index) then
    redis.call('HSET', KEYS[3], 'stop:' .. id, '1')
    if index == 1 then
      redis.call('PUBLISH', ARGV[8], id)
    end
    outcome = 'stopped'
  end
end
if ARGV[5] ~= '' then
  redis.call('RPUSH', KEYS[4], outcome == 'stopped' and ARGV[4] or ARGV[5])
  redis.call('ZADD', KEYS[5], 'NX', ARGV[7], ARGV[6])
end
if outcome == 'stopped' then
  redis.call('PEXPIRE', KEYS[3], ARGV[9])
end
return outcome
