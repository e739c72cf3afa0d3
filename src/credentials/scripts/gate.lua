-- Closes the gate if no member can serve at this moment, opens it if one can.
-- ARGV: 3 close or recheck 4 incident 5 reason; CID is the member that was at hand, or ''
if anyone_serves() then
  if redis.call('DEL', GATE) == 1 then
    tell('-', '0', '0', 'gate-open')
    return { 'OPENED', NOW }
  end
  return { 'OPEN', NOW }
end
if redis.call('EXISTS', GATE) == 1 then
  return { 'CLOSED', NOW }
end
if ARGV[3] ~= 'close' then
  return { 'OPEN', NOW }
end
local rec = hash(REC)
redis.call('HSET', GATE, 'incident', ARGV[4], 'reason', ARGV[5], 'state', rec.st or 'none', 'closed_at', int(NOW), 'credential', CID, 'epoch', rec.epoch or '0', 'generation', rec.gen or '0')
tell('-', '0', '0', 'gate-closed')
return { 'SHUT', NOW }
