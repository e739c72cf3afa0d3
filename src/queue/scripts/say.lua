-- Answers a message that needs nobody but us, once.
-- KEYS seen, replies, waiting replies
-- ARGV 1 lifetime of seen (ms), 2 reply entry, 3 member of waiting replies, 4 now (ms)
-- -> 'known' | 'done'
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then
  return 'known'
end
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[3], 'NX', ARGV[4], ARGV[3])
return 'done'
