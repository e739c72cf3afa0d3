-- Puts a new generation in place of the one whose refresh token was spent. The fence is (epoch,
-- gen, fingerprint of the spent token); no lease is asked for, a late answer is as good as any.
-- ARGV: 3 epoch 4 gen 5 spent fingerprint 6 attempt 7.. field, value
local rec, intent = hash(REC), hash(INTENT)
if rec.last_attempt == ARGV[6] and rec.epoch == ARGV[3] and num(rec.gen) == num(ARGV[4]) + 1 then
  return { 'OK', NOW, flat(REC) }
end
if rec.epoch ~= ARGV[3] or rec.gen ~= ARGV[4] or rec.rt_fp ~= ARGV[5] then
  return { 'STALE', NOW, num(rec.epoch), num(rec.gen) }
end
local next_gen = int(num(ARGV[4]) + 1)
redis.call('HDEL', REC, 'err_class', 'err_code', 'err_at', 'q_reason', 'q_at', 'rejected_gen', 'last_fail')
local own = { 'gen', next_gen, 'st', rec.st == 'disabled' and 'disabled' or 'active', 'prev_rt_fp', rec.rt_fp, 'last_attempt', ARGV[6], 'refreshed_at', int(NOW), 'n_fail', '0', 'next_at', '0' }
for i = 7, #ARGV do
  own[#own + 1] = ARGV[i]
end
redis.call('HSET', REC, unpack(own))
if intent.epoch == ARGV[3] and intent.gen == ARGV[4] then
  if intent.reason == 'reactive' or intent.reason == 'reactive-after-guard' then
    redis.call('HSET', BUDGET, 'm:' .. next_gen, int(NOW))
    redis.call('PEXPIRE', BUDGET, 86400000)
  end
  redis.call('DEL', INTENT, LEASE)
end
local stored = flat(REC)
redis.call('ZADD', DUE, named(stored).due_ms, CID)
note('refreshed', ARGV[3], next_gen, ARGV[6])
open_gate()
tell(CID, ARGV[3], next_gen, 'ok')
return { 'OK', NOW, stored }
