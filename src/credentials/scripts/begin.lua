-- Asks leave to spend the refresh token of the generation the caller saw. Writes the intent first:
-- whoever comes later finds it, whatever became of the caller.
-- ARGV: 3 epoch 4 gen 5 reason 6 attempt 7 owner 8 lease ms 9 guard ms 10,11 and 12,13 budget (mints, ms)
local epoch, gen, reason, attempt, owner = ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local stored = flat(REC)
local rec = named(stored)
if not rec.epoch then
  return { 'MISSING', NOW }
end
local intent = hash(INTENT)
local current = intent.epoch == rec.epoch and intent.gen == rec.gen
if current and intent.attempt == attempt and intent.phase == 'prepared' then
  redis.call('SET', LEASE, attempt, 'PX', ARGV[8])
  return { 'WON', NOW, stored }
end
local ahead = num(rec.epoch) - num(epoch)
if ahead == 0 then
  ahead = num(rec.gen) - num(gen)
end
if ahead > 0 then
  return { 'NEWER', NOW }
end
if ahead < 0 then
  return { 'ROLLBACK', NOW }
end
if rec.st ~= 'active' then
  return { 'TERMINAL', NOW, rec.st, rec.q_reason or rec.err_code or '' }
end
if current then
  if redis.call('EXISTS', LEASE) == 1 then
    return { 'BUSY', NOW, intent.phase, redis.call('PTTL', LEASE) }
  end
  if intent.phase == 'sent' or num(intent.resends) > 0 then
    redis.call('HSET', REC, 'lost_gen', rec.gen)
    return { 'AMBIGUOUS', NOW, intent.attempt, num(intent.sent_at), num(intent.resends) }
  end
end
if num(rec.next_at) > NOW then
  return { 'BACKOFF', NOW, num(rec.next_at), rec.err_code or '' }
end
if reason == 'proactive' and num(rec.due_ms) > NOW then
  return { 'NOT_DUE', NOW, num(rec.due_ms) }
end
if reason == 'mandatory' and num(rec.mand_ms) > NOW and alive(rec) then
  return { 'NOT_DUE', NOW, num(rec.mand_ms) }
end
if reason == 'reactive' and num(rec.minted_ms) > 0 and NOW - num(rec.minted_ms) < num(ARGV[9]) then
  return { 'GUARD', NOW, NOW - num(rec.minted_ms) }
end
if reason == 'reactive' or reason == 'reactive-after-guard' then
  local short, long = 0, 0
  local budget = flat(BUDGET)
  for i = 1, #budget, 2 do
    if string.sub(budget[i], 1, 2) == 'm:' then
      local age = NOW - num(budget[i + 1])
      if age < num(ARGV[11]) then
        short = short + 1
      end
      if age < num(ARGV[13]) then
        long = long + 1
      end
    end
  end
  if short >= num(ARGV[10]) or long >= num(ARGV[12]) then
    return { 'LOOP', NOW }
  end
end
redis.call('DEL', INTENT)
redis.call('HSET', INTENT, 'epoch', rec.epoch, 'gen', rec.gen, 'attempt', attempt, 'owner', owner, 'phase', 'prepared', 'reason', reason, 'at', int(NOW), 'resends', '0')
redis.call('SET', LEASE, attempt, 'PX', ARGV[8])
note('begin', rec.epoch, rec.gen, reason)
return { 'WON', NOW, stored }
