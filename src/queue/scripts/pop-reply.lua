-- Ends a reply and looks at the next one. Applied twice it answers the same and pops nothing more.
-- KEYS 1 list, 2 conversation, 3 waiting replies, 4 dead letters
-- ARGV 1 epoch, 2 id, 3 member of waiting replies, 4 who holds the turn, 5 root of receipts,
--      6 dead letter or '', 7 most dead letters, 8 their lifetime (ms),
--      9 the how-manieth pop of this turn: tells a repetition from another entry of the same id,
--      10 anchor whose final reply this is, now that it is shown, or '', 11 lifetime of receipts (ms)
-- -> { 'lost' } | { 'popped', entry or nil, taken over, attempts, untouched }
if redis.call('HGET', KEYS[2], 'reply_epoch') ~= ARGV[1] then
  return { 'lost' }
end
local popped = ARGV[1] .. ':' .. ARGV[9] .. ':' .. ARGV[2]
if redis.call('HGET', KEYS[2], 'reply_popped') ~= popped then
  local entry = redis.call('LINDEX', KEYS[1], 0)
  if not entry or id_of(entry) ~= ARGV[2] then
    return { 'lost' }
  end
  if ARGV[6] ~= '' then
    redis.call('LPUSH', KEYS[4], ARGV[6])
    redis.call('LTRIM', KEYS[4], 0, ARGV[7] - 1)
    redis.call('PEXPIRE', KEYS[4], ARGV[8])
  end
  if ARGV[10] ~= '' then
    local receipts = ARGV[5] .. ARGV[10]
    redis.call('HSET', receipts, 'final', '1', 'by', ARGV[4], 'v', '1')
    redis.call('PEXPIRE', receipts, ARGV[11])
  end
  redis.call('LPOP', KEYS[1])
  redis.call('HSET', KEYS[2], 'reply_popped', popped)
  local next_entry = redis.call('LINDEX', KEYS[1], 0)
  if next_entry then
    redis.call('ZADD', KEYS[3], tonumber(string.match(next_entry, '^%S+ (%S+) ')) or 0, ARGV[3])
  else
    redis.call('ZREM', KEYS[3], ARGV[3])
  end
end
return { 'popped', unpack(look_at_reply(KEYS[1], KEYS[2], ARGV[4], ARGV[5])) }
