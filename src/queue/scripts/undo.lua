-- Takes the newest exchange out of the history.
-- KEYS 1 seen, 2 conversation, 3 history of the epoch in ARGV[1], 4 replies, 5 waiting replies,
--      6 summary of that history
-- ARGV 1 history epoch the caller knows of, 2 the newest exchange it knows of, or '',
--      3 lifetime of seen (ms), 4 reply entry, 5 member of waiting replies, 6 now (ms)
-- -> 'known' | 'done' | 'moved': there is another one by now, read it again
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 'known'
end
if (redis.call('HGET', KEYS[2], 'history_epoch') or '0') ~= ARGV[1]
  or (redis.call('LINDEX', KEYS[3], -1) or '') ~= ARGV[2] then
  return 'moved'
end
redis.call('SET', KEYS[1], '1', 'PX', ARGV[3])
take_newest(KEYS[3], KEYS[6])
redis.call('RPUSH', KEYS[4], ARGV[4])
redis.call('ZADD', KEYS[5], 'NX', ARGV[6], ARGV[5])
return 'done'
