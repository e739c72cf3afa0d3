-- Put before every script of this folder. KEYS[1..6] are the record, intent, lease, budget and
-- history of the credential at hand and the gate; ARGV[1] is `{prefix}:cred`, ARGV[2] its name.
-- Keys of other members share the hash tag. Time is Redis' own: no process's clock decides.
local P, CID = ARGV[1], ARGV[2]
local REC, INTENT, LEASE, BUDGET, HIST, GATE = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local MEMBERS, COOL, DUE = P .. ':pool:members', P .. ':pool:cool', P .. ':pool:due'
local RUN = P .. ':pool:run'
local TIME = redis.call('TIME')
local NOW = tonumber(TIME[1]) * 1000 + math.floor(tonumber(TIME[2]) / 1000)
-- A configured API key counts while some process that holds it was seen this recently.
local KEY_SEEN_MS = 90000

local function num(value)
  return tonumber(value or '') or 0
end

local function int(value)
  return string.format('%.0f', value)
end

local function flat(key)
  return redis.call('HGETALL', key)
end

local function named(list)
  local out = {}
  for i = 1, #list, 2 do
    out[list[i]] = list[i + 1]
  end
  return out
end

local function hash(key)
  return named(flat(key))
end

-- Whether the access token of a record still opens the API, as far as anyone knows.
local function alive(rec)
  return num(rec.exp_ms) > NOW and rec.rejected_gen ~= rec.gen
end

local function benched(cid)
  return num(redis.call('ZSCORE', COOL, cid .. '||quota') or '0') > NOW
end

-- Whether a member could serve a request now, or after a refresh that may start or is under way.
local function serves(cid)
  local rec = hash(P .. ':' .. cid .. ':rec')
  if benched(cid) then
    return false
  end
  if rec.kind == 'key' then
    return rec.st == 'active' and num(rec.seen_ms) + KEY_SEEN_MS > NOW
  end
  if rec.st == 'at_only' then
    return alive(rec)
  end
  if rec.st ~= 'active' then
    return false
  end
  if alive(rec) then
    return true
  end
  local lease = redis.call('EXISTS', P .. ':' .. cid .. ':lease') == 1
  local intent = hash(P .. ':' .. cid .. ':intent')
  local current = intent.epoch == rec.epoch and intent.gen == rec.gen
  if current and (intent.phase == 'sent' or num(intent.resends) > 0) then
    return lease
  end
  return lease or num(rec.next_at) <= NOW
end

local function anyone_serves()
  for _, cid in ipairs(redis.call('HKEYS', MEMBERS)) do
    if serves(cid) then
      return true
    end
  end
  return false
end

local function tell(cid, epoch, gen, kind)
  redis.call('PUBLISH', P .. ':ev', cid .. ' ' .. epoch .. ' ' .. gen .. ' ' .. kind)
end

local function note(kind, epoch, gen, detail)
  redis.call('XADD', HIST, 'MAXLEN', '~', '500', '*', 'at', int(NOW), 'kind', kind, 'epoch', epoch, 'gen', gen, 'detail', detail or '')
end

-- What every step that may have made a member able to serve ends with.
local function open_gate()
  if redis.call('EXISTS', GATE) == 1 and serves(CID) then
    redis.call('DEL', GATE)
    tell('-', '0', '0', 'gate-open')
  end
end

local function release(attempt)
  if redis.call('GET', LEASE) == attempt then
    redis.call('DEL', LEASE)
  end
end

local function set_fields(first)
  if #ARGV >= first then
    redis.call('HSET', REC, unpack(ARGV, first))
  end
end
