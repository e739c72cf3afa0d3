-- Tells the author of a waiting prompt why it waits, once for each incident.
-- KEYS 1 gate, 2 told, 3 prompt list, 4 replies, 5 waiting replies
-- ARGV 1 who is told, 2 lifetime of told (ms), 3 notice entry, 4 member of waiting replies, 5 now (ms)
-- -> 1 if the notice was pushed
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('EXISTS', KEYS[3]) == 0 then
  return 0
end
if not must_tell(KEYS[1], KEYS[2], ARGV[1], ARGV[2]) then
  return 0
end
redis.call('RPUSH', KEYS[4], ARGV[3])
redis.call('ZADD', KEYS[5], 'NX', ARGV[5], ARGV[4])
return 1
