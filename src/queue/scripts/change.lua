-- Changes settings of a conversation.
-- KEYS seen, conversation, replies, waiting replies
-- ARGV 1 lifetime of seen (ms), 2 lifetime of the conversation (ms), 3 reply entry,
--      4 member of waiting replies, 5 now (ms), then a field and its value each; '': taken away
-- -> 'known' | 'done'
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then
  return 'known'
end
for at = 6, #ARGV, 2 do
  if ARGV[at + 1] == '' then
    redis.call('HDEL', KEYS[2], ARGV[at])
  else
    redis.call('HSET', KEYS[2], ARGV[at], ARGV[at + 1])
  end
end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
redis.call('RPUSH', KEYS[3], ARGV[3])
redis.call('ZADD', KEYS[4], 'NX', ARGV[5], ARGV[4])
return 'done'
