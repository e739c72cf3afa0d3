-- Ends a prompt: exchange, reply and pop in one step, and a look at the next one.
-- Applied twice it answers the same and changes nothing more.
-- KEYS list, conversation, gate, waiting, count, history, replies, waiting replies, dead letters,
--      10 last prompt, and of person, chat and all: 11 to 13 usage today, 14 to 16 what was reserved
-- ARGV 1 turn epoch, 2 id, 3 member of waiting, 4 history epoch, 5 exchange or '', 6 most exchanges,
--      7 lifetime of the history (ms), 8 reply entry or '', 9 member of waiting replies, 10 now (ms),
--      11 '1': even if stopped, 12 dead letter or '', 13 most dead letters, 14 their lifetime (ms),
--      15 the how-manieth settle of this turn: tells a repetition from another entry of the same id,
--      16 '1' if an answer was paid for, 17 its input tokens, 18 cached ones, 19 output tokens,
--      20 its cost (ticks) or 'reserved': what was reserved, in whichever scope; 21 lifetime of the usage (ms), 22 '1' to keep the prompt as the last one
-- -> { 'lost' } | { 'stopped' }
--    | { 'settled', 1 to add a reply turn, entry or nil, attempts, starts, stopped, gate closed }
local list, conversation, gate = KEYS[1], KEYS[2], KEYS[3]
local id = ARGV[2]
if not holds(conversation, ARGV[1]) then
  return { 'lost' }
end
local settled = ARGV[1] .. ':' .. ARGV[15] .. ':' .. id
local entry = redis.call('LINDEX', list, 0)
if redis.call('HGET', conversation, 'settled') == settled then
  return { 'settled', 1, unpack(look(list, conversation, gate)) }
end
if not entry or id_of(entry) ~= id then
  return { 'lost' }
end
if ARGV[11] ~= '1' and redis.call('HEXISTS', conversation, 'stop:' .. id) == 1 then
  return { 'stopped' }
end
local is_current = (redis.call('HGET', conversation, 'history_epoch') or '0') == ARGV[4]
if ARGV[5] ~= '' and is_current then
  redis.call('RPUSH', KEYS[6], ARGV[5])
  redis.call('LTRIM', KEYS[6], -ARGV[6], -1)
  redis.call('PEXPIRE', KEYS[6], ARGV[7])
end
if ARGV[22] == '1' and is_current then
  redis.call('SET', KEYS[10], entry, 'PX', ARGV[7])
end
local reserved = 0
for key = 14, 16 do
  reserved = math.max(reserved, release(KEYS[key], id))
end
local cost = ARGV[20] == 'reserved' and string.format('%.0f', reserved) or ARGV[20]
if ARGV[16] == '1' then
  for key = 11, 13 do
    redis.call('HINCRBY', KEYS[key], 'answers', 1)
    redis.call('HINCRBY', KEYS[key], 'input', ARGV[17])
    redis.call('HINCRBY', KEYS[key], 'cached', ARGV[18])
    redis.call('HINCRBY', KEYS[key], 'output', ARGV[19])
    redis.call('HINCRBY', KEYS[key], 'cost', cost)
    redis.call('PEXPIRE', KEYS[key], ARGV[21])
  end
end
local wake = 0
if ARGV[8] ~= '' then
  wake = push_reply(KEYS[7], KEYS[8], ARGV[9], ARGV[10], ARGV[8])
end
if ARGV[12] ~= '' then
  redis.call('LPUSH', KEYS[9], ARGV[12])
  redis.call('LTRIM', KEYS[9], 0, ARGV[13] - 1)
  redis.call('PEXPIRE', KEYS[9], ARGV[14])
end
redis.call('LPOP', list)
redis.call('HSET', conversation, 'settled', settled)
redis.call('HDEL', conversation, 'stop:' .. id)
local next_entry = redis.call('LINDEX', list, 0)
if next_entry then
  redis.call('ZADD', KEYS[4], arrival_of(next_entry), ARGV[3])
  redis.call('DECR', KEYS[5])
elseif redis.call('ZREM', KEYS[4], ARGV[3]) and redis.call('EXISTS', KEYS[4]) == 0 then
  -- Nobody waits at all: whatever the counter says, it is zero.
  redis.call('DEL', KEYS[5])
else
  redis.call('DECR', KEYS[5])
end
return { 'settled', wake, unpack(look(list, conversation, gate)) }
