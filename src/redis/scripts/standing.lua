-- Put before access-standing.lua and enqueue.lua.
-- What somebody is to the bot, by three sets from `first_key` on: owners, denied, allowed.
-- -> 'owner' | 'denied' | 'allowed' | 'stranger'
local function standing_of(person, first_key)
  for at, standing in ipairs({ 'owner', 'denied', 'allowed' }) do
    if redis.call('SISMEMBER', KEYS[first_key + at - 1], person) == 1 then
      return standing
    end
  end
  return 'stranger'
end
