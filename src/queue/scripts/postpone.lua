-- Leaves a prompt at the head of its list, to be looked at again later.
-- KEYS list, conversation, replies, waiting replies
-- ARGV 1 turn epoch, 2 id, 3 attempts it has had, 4 notice entry or '', 5 member of waiting replies,
--      6 now (ms)
-- -> { 'lost' } | { 'stopped' } | { 'postponed', 1 to add a reply turn }
-- A notice is pushed once for each prompt, which also makes this bear repetition.
local conversation = KEYS[2]
if not holds(conversation, ARGV[1]) then
  return { 'lost' }
end
local entry = redis.call('LINDEX', KEYS[1], 0)
if not entry or id_of(entry) ~= ARGV[2] then
  return { 'lost' }
end
if redis.call('HEXISTS', conversation, 'stop:' .. ARGV[2]) == 1 then
  return { 'stopped' }
end
redis.call('HSET', conversation, 'attempts', ARGV[3], 'starts', 0)
local wake = 0
if ARGV[4] ~= '' then
  local notice = id_of(ARGV[4])
  if redis.call('HGET', conversation, 'notice') ~= notice then
    redis.call('HSET', conversation, 'notice', notice)
    wake = push_reply(KEYS[3], KEYS[4], ARGV[5], ARGV[6], ARGV[4])
  end
end
return { 'postponed', wake }
