-- The API refused the access token of a generation. Nothing happens to a generation that moved on.
-- ARGV: 3 epoch 4 gen 5 request 6 mode: `again` (a fresh one was refused too), `loop` (the budget is
--       spent), `dead` (nothing to refresh with) or `key` (an API key was refused) 7 requests that make a loop
local rec, mode = hash(REC), ARGV[6]
if rec.epoch ~= ARGV[3] or rec.gen ~= ARGV[4] then
  return { 'STALE', NOW }
end
local st, reason = rec.st, nil
if mode == 'again' then
  -- A generation that served somebody has only come to its end; that is no loop.
  if rec.ok_gen == rec.gen then
    return { 'NOTED', NOW, st }
  end
  redis.call('HSET', BUDGET, 'rej:' .. rec.gen .. ':' .. ARGV[5], '1')
  redis.call('PEXPIRE', BUDGET, 86400000)
  local start, count = 'rej:' .. rec.gen .. ':', 0
  for _, field in ipairs(redis.call('HKEYS', BUDGET)) do
    if string.sub(field, 1, #start) == start then
      count = count + 1
    end
  end
  if count >= num(ARGV[7]) then
    reason = 'auth-loop'
  end
elseif mode == 'loop' then
  reason = 'auth-loop'
elseif mode == 'key' then
  reason = 'invalid-api-key'
else
  redis.call('HSET', REC, 'rejected_gen', rec.gen)
  if st == 'at_only' then
    reason = rec.q_reason or 'rejected'
  end
end
if reason and (st == 'active' or st == 'at_only') then
  redis.call('HSET', REC, 'st', 'quarantined', 'q_reason', reason, 'q_at', int(NOW))
  note('quarantined', rec.epoch, rec.gen, reason)
  tell(CID, rec.epoch, rec.gen, 'dead')
  return { 'OUT', NOW, reason }
end
return { 'NOTED', NOW, redis.call('HGET', REC, 'st') }
