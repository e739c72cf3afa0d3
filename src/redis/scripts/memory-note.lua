-- Notes an entry; what is too old or too much goes.
-- KEYS 1 entries (HASH), 2 when each was noted (ZSET)
-- ARGV 1 key, 2 value, 3 now (ms), 4 most, 5 lifetime (ms)
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
local old = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[3] - ARGV[5], 'LIMIT', 0, 1000)
local excess = redis.call('ZCARD', KEYS[2]) - #old - ARGV[4]
if excess > 0 then
  old = redis.call('ZRANGE', KEYS[2], 0, #old + excess - 1)
end
for _, key in ipairs(old) do
  redis.call('HDEL', KEYS[1], key)
  redis.call('ZREM', KEYS[2], key)
end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return 1
