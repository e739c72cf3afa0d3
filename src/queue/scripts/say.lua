-- Answers a message that needs nobody but us, once; or not, where that was just said.
-- KEYS seen, replies, waiting replies, there while it need not be said again
-- ARGV 1 lifetime of seen (ms), 2 reply entry, 3 member of waiting replies, 4 now (ms),
--      5 how long it is enough to have said it (ms) or 0
-- -> 'known' | 'hushed' | 'done'
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then
  return 'known'
end
if ARGV[5] ~= '0' and not redis.call('SET', KEYS[4], '1', 'NX', 'PX', ARGV[5]) then
  return 'hushed'
end
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[3], 'NX', ARGV[4], ARGV[3])
return 'done'
