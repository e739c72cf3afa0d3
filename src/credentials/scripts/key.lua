-- A process that holds a static API key says so. Only the key's fingerprint is kept; another
-- fingerprint is another key and begins afresh. ARGV: 3 fingerprint
local rec = hash(REC)
if rec.at_fp ~= ARGV[3] or rec.kind ~= 'key' then
  local epoch = int(num(rec.epoch) + 1)
  redis.call('DEL', REC)
  redis.call('HSET', REC, 'v', '1', 'kind', 'key', 'epoch', epoch, 'gen', '0', 'st', 'active', 'at_fp', ARGV[3])
  redis.call('ZREM', COOL, CID .. '||quota')
  tell(CID, epoch, '0', 'login')
end
redis.call('HSET', REC, 'seen_ms', int(NOW))
redis.call('HSET', MEMBERS, CID, 'key')
open_gate()
return { 'OK', NOW, flat(REC) }
