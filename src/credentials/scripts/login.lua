-- A sign-in: a new epoch, whatever went before. A late commit of the old grant finds another epoch.
-- ARGV: 3 the epoch the caller found (0: none) 4 the epoch it sealed for 5 attempt 6.. field, value
local rec = hash(REC)
if rec.last_attempt == ARGV[5] then
  return { 'OK', NOW, flat(REC) }
end
if num(rec.epoch) ~= num(ARGV[3]) or num(ARGV[4]) <= num(ARGV[3]) then
  return { 'AGAIN', NOW, num(rec.epoch) }
end
redis.call('DEL', REC, INTENT, LEASE, BUDGET)
set_fields(6)
redis.call('HSET', REC, 'v', '1', 'kind', 'oauth', 'epoch', ARGV[4], 'gen', '1', 'st', 'active', 'last_attempt', ARGV[5], 'refreshed_at', int(NOW), 'n_fail', '0', 'next_at', '0')
redis.call('HSET', MEMBERS, CID, 'oauth')
redis.call('ZADD', DUE, redis.call('HGET', REC, 'due_ms'), CID)
for _, entry in ipairs(redis.call('ZRANGE', COOL, 0, -1)) do
  if string.sub(entry, 1, #CID + 1) == CID .. '|' then
    redis.call('ZREM', COOL, entry)
  end
end
note('login', ARGV[4], '1', '')
open_gate()
tell(CID, ARGV[4], '1', 'login')
return { 'OK', NOW, flat(REC) }
