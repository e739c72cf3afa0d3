-- Begins a new history. Prompts that wait keep the epoch they were admitted under.
-- KEYS 1 seen, 2 conversation, 3 history of the epoch in ARGV[1], 4 replies, 5 waiting replies,
--      and others that are deleted as well
-- ARGV 1 history epoch the caller knows of, 2 lifetime of the conversation (ms),
--      3 lifetime of seen (ms), 4 reply entry, 5 member of waiting replies, 6 now (ms),
--      and fields of the conversation that are deleted as well
-- -> 'known' | 'done' | 'moved': the epoch is another one by now, read it again
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 'known'
end
if (redis.call('HGET', KEYS[2], 'history_epoch') or '0') ~= ARGV[1] then
  return 'moved'
end
redis.call('SET', KEYS[1], '1', 'PX', ARGV[3])
redis.call('HINCRBY', KEYS[2], 'history_epoch', 1)
redis.call('PEXPIRE', KEYS[2], ARGV[2])
redis.call('DEL', KEYS[3], unpack(KEYS, 6))
if #ARGV > 6 then
  redis.call('HDEL', KEYS[2], unpack(ARGV, 7))
end
redis.call('RPUSH', KEYS[4], ARGV[4])
redis.call('ZADD', KEYS[5], 'NX', ARGV[6], ARGV[5])
return 'done'
