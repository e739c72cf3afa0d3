-- What somebody is to the bot.
-- KEYS 1 owners, 2 denied, 3 allowed
-- ARGV 1 person
-- -> 'owner' | 'denied' | 'allowed' | 'stranger'
for at, standing in ipairs({ 'owner', 'denied', 'allowed' }) do
  if redis.call('SISMEMBER', KEYS[at], ARGV[1]) == 1 then
    return standing
  end
end
return 'stranger'
