-- Keeps a part of a message until it is whole.
-- KEYS 1 seen, 2 parts (LIST), 3 conversations that have parts (SET)
-- ARGV 1 lifetime (ms), 2 part, 3 conversation
-- -> 'known' | 'added'
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then
  return 'known'
end
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[1])
redis.call('SADD', KEYS[3], ARGV[3])
redis.call('PEXPIRE', KEYS[3], ARGV[1])
return 'added'
