-- What somebody is to the bot.
-- KEYS 1 owners, 2 denied, 3 allowed
-- ARGV 1 person
return standing_of(ARGV[1], 1)
