-- Ends an attempt without new tokens, under the same fence as a commit.
-- ARGV: 3 epoch 4 gen 5 spent fingerprint 6 attempt 7 outcome (not-sent answered dead ambiguous)
--       8 class 9 code 10 wait ms before the next attempt
local rec, intent = hash(REC), hash(INTENT)
if rec.epoch ~= ARGV[3] or rec.gen ~= ARGV[4] or rec.rt_fp ~= ARGV[5] then
  return { 'STALE', NOW, num(rec.epoch), num(rec.gen) }
end
if rec.last_fail == ARGV[6] then
  return { 'OK', NOW, rec.st }
end
if intent.attempt ~= ARGV[6] then
  return { 'STALE', NOW, num(rec.epoch), num(rec.gen) }
end
local outcome = ARGV[7]
local final = false
local again = NOW + num(ARGV[10])
redis.call('HSET', REC, 'last_fail', ARGV[6], 'n_fail', int(num(rec.n_fail) + 1), 'next_at', int(again), 'err_class', ARGV[8], 'err_code', ARGV[9], 'err_at', int(NOW))
if rec.st ~= 'disabled' then
  if outcome == 'dead' then
    -- A refresh that a refusal called for leaves an access token that is refused, too.
    local refused = intent.reason == 'reactive' or intent.reason == 'reactive-after-guard'
    redis.call('HSET', REC, 'st', alive(rec) and not refused and 'at_only' or 'quarantined', 'q_reason', ARGV[9], 'q_at', int(NOW))
  elseif outcome == 'ambiguous' and num(intent.resends) > 0 and not alive(rec) then
    redis.call('HSET', REC, 'st', 'quarantined', 'q_reason', 'answer-lost', 'q_at', int(NOW))
    final = true
  end
end
local st = redis.call('HGET', REC, 'st')
if outcome == 'ambiguous' and not final then
  -- Whatever state an operator or a refusal put it in meanwhile: the token may be spent.
  redis.call('HSET', REC, 'next_at', '0', 'lost_gen', rec.gen)
elseif outcome ~= 'dead' and not final and num(intent.resends) > 0 then
  -- The re-send did not happen or changed nothing: the first answer is still lost.
  redis.call('HSET', INTENT, 'phase', 'prepared')
else
  redis.call('DEL', INTENT)
end
release(ARGV[6])
redis.call('ZADD', DUE, int(again), CID)
note('failed', rec.epoch, rec.gen, outcome .. ' ' .. ARGV[9])
tell(CID, rec.epoch, rec.gen, outcome)
return { 'OK', NOW, st }
