-- A request succeeded with a generation: its mint is no longer counted against the budget.
-- ARGV: 3 epoch 4 gen
local rec = hash(REC)
if rec.epoch ~= ARGV[3] then
  return { 'STALE', NOW }
end
if rec.gen == ARGV[4] then
  redis.call('HSET', REC, 'ok_gen', rec.gen)
end
redis.call('HDEL', BUDGET, 'm:' .. ARGV[4])
for _, field in ipairs(redis.call('HKEYS', BUDGET)) do
  if string.sub(field, 1, #ARGV[4] + 5) == 'rej:' .. ARGV[4] .. ':' then
    redis.call('HDEL', BUDGET, field)
  end
end
return { 'OK', NOW }
