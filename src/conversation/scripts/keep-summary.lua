-- Keeps a summary in the place of a history's oldest exchanges, and counts what it took. Applied
-- twice it does nothing the second time: the claim is gone. What a newer version keeps stays.
-- KEYS 1 claim, 2 conversation, 3 history of the epoch in ARGV 2, 4 its summary, 5… usage of today
-- ARGV 1 token of the claim, 2 history epoch, 3 text, 4 the last exchange that it covers,
--      5 lifetime of the summary (ms), 6 lifetime of the usage (ms), 7 input tokens, 8 cached ones,
--      9 output tokens, 10 cost (ticks)
-- -> 'lost': nothing was done | 'gone': counted, but not kept | 'kept'
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 'lost'
end
redis.call('DEL', KEYS[1])
for key = 5, #KEYS do
  redis.call('HINCRBY', KEYS[key], 'input', ARGV[7])
  redis.call('HINCRBY', KEYS[key], 'cached', ARGV[8])
  redis.call('HINCRBY', KEYS[key], 'output', ARGV[9])
  redis.call('HINCRBY', KEYS[key], 'cost', ARGV[10])
  redis.call('PEXPIRE', KEYS[key], ARGV[6])
end
if (redis.call('HGET', KEYS[2], 'history_epoch') or '0') ~= ARGV[2] then
  return 'gone'
end
if (tonumber(redis.call('HGET', KEYS[4], 'v')) or 1) > 1 then
  return 'gone'
end
for _, exchange in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do
  if exchange == ARGV[4] then
    redis.call('HSET', KEYS[4], 'v', '1', 'text', ARGV[3], 'through', ARGV[4])
    redis.call('PEXPIRE', KEYS[4], ARGV[5])
    return 'kept'
  end
end
return 'gone'
