-- A request succeeded with a generation: its mint is no longer counted against the budget.
-- ARGV: 3 epoch 4 gen
local rec = redis.call('HMGET', REC, 'epoch', 'gen', 'ok_gen')
if rec[1] ~= ARGV[3] then
  return { 'STALE', NOW }
end
if rec[2] == ARGV[4] and rec[3] ~= ARGV[4] then
  redis.call('HSET', REC, 'ok_gen', ARGV[4])
end
for _, field in ipairs(redis.call('HKEYS', BUDGET)) do
  if field == 'm:' .. ARGV[4] or string.sub(field, 1, #ARGV[4] + 5) == 'rej:' .. ARGV[4] .. ':' then
    redis.call('HDEL', BUDGET, field)
  end
end
return { 'OK', NOW }
