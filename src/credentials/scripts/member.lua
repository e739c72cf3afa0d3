-- What an operator does to a member. ARGV: 3 disable, enable or remove
local rec = hash(REC)
if not rec.epoch or rec.st == 'removed' then
  return { 'MISSING', NOW }
end
local gen = rec.gen
if ARGV[3] == 'disable' then
  redis.call('HSET', REC, 'st', 'disabled', 'was', rec.st == 'disabled' and (rec.was or 'active') or rec.st)
elseif ARGV[3] == 'enable' then
  redis.call('HSET', REC, 'st', 'active', 'n_fail', '0', 'next_at', '0')
  redis.call('HDEL', REC, 'was', 'q_reason', 'q_at')
  if rec.q_reason == 'auth-loop' then
    redis.call('HDEL', REC, 'rejected_gen')
  end
  redis.call('DEL', BUDGET)
else
  -- The epoch stays behind, so that no sealed copy of what was removed can come back.
  gen = '0'
  local epoch = int(num(rec.epoch) + 1)
  redis.call('DEL', REC, INTENT, LEASE, BUDGET, HIST)
  redis.call('HSET', REC, 'v', '1', 'kind', rec.kind or 'oauth', 'epoch', epoch, 'gen', gen, 'st', 'removed')
  redis.call('HDEL', MEMBERS, CID)
  redis.call('ZREM', DUE, CID)
  rec.epoch = epoch
end
if ARGV[3] ~= 'remove' then
  note(ARGV[3], rec.epoch, gen, '')
end
open_gate()
tell(CID, rec.epoch, gen, ARGV[3])
return { 'OK', NOW }
