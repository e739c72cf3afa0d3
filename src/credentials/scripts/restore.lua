-- Read-repair: puts back a record that Redis lost, if what is stored is older or missing.
-- ARGV: 3 epoch 4 gen 5 ms during which nothing is refreshed, so that a peer may know better
--       6.. field, value (the whole record)
local rec = hash(REC)
local ahead = num(ARGV[3]) - num(rec.epoch)
if ahead == 0 then
  ahead = num(ARGV[4]) - num(rec.gen)
end
if ahead <= 0 then
  return { 'STALE', NOW }
end
redis.call('DEL', REC, INTENT, LEASE)
set_fields(6)
if num(redis.call('HGET', REC, 'next_at')) < NOW + num(ARGV[5]) then
  redis.call('HSET', REC, 'next_at', int(NOW + num(ARGV[5])))
end
redis.call('HSET', MEMBERS, CID, 'oauth')
redis.call('ZADD', DUE, redis.call('HGET', REC, 'due_ms'), CID)
note('restored', ARGV[3], ARGV[4], '')
open_gate()
tell(CID, ARGV[3], ARGV[4], 'restored')
return { 'OK', NOW }
