import type { Words } from './catalogue.ts';

const usedUp = {
  person: 'You have used up what you may ask for today. You can ask again',
  chat: 'What may be asked for in this chat today is used up. I answer here again',
  all: 'What I may spend today is used up, for everybody. I answer again',
} as const;

export const en: Words = {
  busy: 'I have more questions waiting than I can take right now. Please ask again in a few minutes.',
  tooFast: (of, seconds) =>
    `${of === 'person' ? 'That was a lot at once. You' : 'There is a lot asked here at once. All of you'} can ask again in ${seconds === 1 ? 'a second' : `${seconds} seconds`}.`,
  budgetUsed: (of, hours) =>
    `${usedUp[of]} at midnight UTC, in ${hours === 1 ? 'less than an hour' : `about ${hours} hours`}.`,
  waitingForSignIn:
    'I cannot reach Grok at the moment. Your question is kept and will be answered as soon as I can.',
  stillWaiting: 'Still waiting for Grok …',
  stoppedBeforeStart: '⏹ Stopped.',
  stopped: '⏹ Stopped here.',
  sources: (links) => `**Sources:** ${links}`,
  cut: '✂ Cut here: that is as long as an answer may be. Ask me to go on.',
  stopping: '⏹ Stopped.',
  nothingToStop: 'There is nothing to stop.',
  stopButton: '⏹ Stop',
  retryButton: '🔁 Ask again',
  allowButton: '✅ Let in',
  denyButton: '🚫 Refuse',
  reset: 'Done: this is a new conversation. I no longer use what was said before.',
  help: [
    '**I pass your messages to Grok and bring back the answers.**',
    '',
    'In a private chat, just write. In a server or a group, mention me or reply to me.',
    '',
    '- `/ask …` asks a question',
    '- `/reset` starts a new conversation',
    '- `/stop` stops the answer that is being written, `/stop all` all that you have asked here',
    '- `/retry` asks the last question again, `/undo` takes it back',
    '- `/search …` looks it up on the web and on X',
    '- `/imagine …` draws a picture',
    '- `/model`, `/effort` and `/persona` show and choose who answers here, and how',
    '- `/usage` shows what you have used today, `/status` whether I can answer',
    '- `/export` writes this conversation out',
    '- `/privacy` shows what I keep, `/privacy delete` deletes it',
    '- `/help` shows this',
  ].join('\n'),
  helpForOwners: [
    '**For you as my owner:**',
    '',
    '- `/allow CODE` and `/deny PERSON` decide who may talk with me',
    '- `/limits` shows what people and chats may use',
    '- `/accounts` shows the Grok accounts, `/login` signs in to one (in private)',
  ].join('\n'),
  nothingToRetry: 'There is nothing that I could ask again.',
  undone: (prompt) => `Done: I no longer know of “${prompt}”.`,
  nothingToUndo: 'There is nothing to take back.',
  modelNow: (model, list) =>
    list === ''
      ? `**${model}** answers here.`
      : `**${model}** answers here. Choose another with \`/model NAME\`, or \`/model default\`: ${list}`,
  modelSet: (model) => `From now on **${model}** answers here.`,
  modelUnknown: (name, list) => `I know no model “${name}”. There are: ${list}`,
  effortNow: (model, effort, list) =>
    `${effort === undefined ? `**${model}** decides by itself how long to think.` : `**${model}** thinks with effort **${effort}**.`} Choose with \`/effort\`: ${list}, default`,
  effortSet: (effort) => `From now on Grok thinks with effort **${effort}** here.`,
  effortStandard: 'From now on Grok decides by itself how long to think.',
  effortUnknown: (model, list) => `**${model}** takes one of these: ${list}, default`,
  searchLacking: (model) =>
    `**${model}** cannot look things up from here: this is what it knows by itself.`,
  effortLacking: (model) => `**${model}** cannot be told how long to think.`,
  personas: [
    'A patient teacher who explains step by step and checks that I follow',
    'A terse expert: the answer first, in few words, no pleasantries',
    'A critic who looks for what is wrong with an idea, and how to mend it',
    'An editor who improves what I write and says what was changed',
    'A translator: whatever I write comes back in English',
  ],
  personaNow: (persona) => `This is how I am to be here, until \`/persona off\`:\n\n${persona}`,
  personaNone: 'I am just Grok here. `/persona` followed by a description makes me somebody else.',
  personaSet: 'Done: from now on I am like that here. `/persona off` ends it.',
  personaOff: 'Done: I am just Grok again.',
  personaTooLong: (maxChars) => `Please describe it in at most ${maxChars} characters.`,
  usage: (answers, tokens, cost) =>
    `Today you have had ${answers === 1 ? 'one answer' : `${answers} answers`}: ${tokens} tokens, ${cost}.`,
  usageOfChat: (answers, tokens, cost) =>
    `This chat: ${answers === 1 ? 'one answer' : `${answers} answers`}, ${tokens} tokens, ${cost}.`,
  usageOfAll: (answers, tokens, cost) =>
    `Everybody together: ${answers === 1 ? 'one answer' : `${answers} answers`}, ${tokens} tokens, ${cost}.`,
  ofBudget: (cost, budget) => `${cost} of ${budget}`,
  statusFine: 'I am here and can reach Grok.',
  statusWaiting: 'I am here, but cannot reach Grok. Questions are kept and answered later.',
  statusFacts: (version, waiting) =>
    `Version ${version}; ${waiting === 1 ? 'one question is' : `${waiting} questions are`} being answered or waiting.`,
  privacy: (exchanges, hasSummary, days) =>
    `Of this conversation I keep ${exchanges === 1 ? 'one question with its answer' : `${exchanges} questions with their answers`}${hasSummary ? ', a summary of the older ones' : ''}, what was chosen with \`/model\`, \`/effort\` and \`/persona\`, and how much you have used today and yesterday. What nobody adds to is deleted after ${days === 1 ? 'a day' : `${days} days`}; questions I failed at are kept for up to 30 days. xAI gets the questions and answers to answer from, and is asked not to store them. \`/privacy delete\` deletes it all here and now; questions that wait are dropped with \`/stop all\`, pictures and files go within a day, and that you may talk to me is kept until an owner changes it.`,
  privacyForgotten:
    'Done: what was said and chosen here is deleted, and what you have used, except today’s share where there is a daily budget.',
  exportDone: 'Here is what I know of this conversation.',
  exportHeading: 'This conversation',
  exportNothing: 'Nothing has been said here that I still know.',
  exportOmitted: (exchanges) =>
    exchanges === 1
      ? 'The oldest question is left out.'
      : `The oldest ${exchanges} questions are left out.`,
  exportSummary: 'What I remember of the oldest part, as Grok has summed it up:',
  exportAsked: 'You',
  unknownCommand: (name) => `I do not know \`/${name}\`. \`/help\` shows what I can do.`,
  emptyPrompt: 'What would you like to ask? Write it in the same message.',
  unreadable:
    'I cannot read a message of this kind: I take text, pictures (PNG, JPEG) and files of text or code.',
  tooLong: (maxChars) =>
    `This is longer than the ${maxChars} characters I take at once. Please shorten it or send it in parts.`,

  filesTooMany: (most) => `I take at most ${most} files at once. Please send fewer.`,
  filesLeftOut: (names, most) =>
    `I take at most ${most} files at once, and have not looked at ${names.map((name) => `“${name}”`).join(', ')}.`,
  filesTooLarge: (megabytes) =>
    `These files are more than the ${megabytes} MB I take at once. Please send fewer or smaller ones.`,
  fileTooLarge: (name, sizes) => `“${name}” is too large: ${sizes}. I have not read any of it.`,
  fileSizes: (image, text) => `I take pictures up to ${image} MB and text up to ${text} KB`,
  fileKind: (name) =>
    `I cannot read “${name}”: I take pictures (PNG, JPEG) and files of text or code.`,
  fileBroken: (name) => `“${name}” is damaged: it is not a whole PNG or JPEG picture.`,
  fileNotFetched: (name) => `I could not fetch “${name}”. Please send it again.`,
  unnamed: {
    file: 'file',
    video: 'video',
    audio: 'audio',
    voice: 'voice message',
    videoNote: 'video message',
  },
  filesGone:
    'This waited so long that I no longer have the files that came with it. Please send them again.',
  picturesUnseen: (model, list) =>
    list === ''
      ? `**${model}** cannot see pictures. Please ask in words.`
      : `**${model}** cannot see pictures. Choose one that can with \`/model NAME\`, and send them again: ${list}`,
  picturesNotDrawn: 'I draw from words alone: I have not looked at the pictures you sent.',
  picturesRefused:
    'Grok did not take this. The model may not be able to see pictures, or cannot read this one.',

  quota: 'The Grok account behind me has used up its quota. Please try again later.',
  entitlement: 'The Grok account behind me may not use this model. The owner has been told.',
  notAvailable: 'I am not available at the moment. The owner knows.',
  declined: 'Grok declined to answer this.',
  contextTooLong:
    'This is too long for Grok, even without what was said before. Please shorten it.',
  failed: (reference) =>
    `Something went wrong on my side. Please try again. (Reference: ${reference})`,
  deadline: (reference) =>
    `Grok took too long to answer, so I stopped waiting. Please try again. (Reference: ${reference})`,
  interrupted: (reference) =>
    `Grok could not be reached, although I tried several times. Please try again later. (Reference: ${reference})`,

  pairing: (code) =>
    `I only talk to people my owner has let in. If you know the owner, give them this code: **${code}**`,
  pairingAsked: (name, code) =>
    `${name} would like to talk with me. To allow it: \`/allow ${code}\``,
  letIn: 'You have been let in. Just write to me; `/help` shows what I can do.',
  claimed: 'Welcome! You are my owner now. Just write to me; `/help` shows what I can do.',
  pairingApproved: 'Done: they may talk with me now.',
  pairingUnknown: 'I do not know that code, or it is no longer valid.',
  denied: (person) => `Done: ${person} cannot talk with me any more.`,
  denyUnknown: 'Whom? Give me their code, or their id as in `discord:123` or `telegram:456`.',
  limits: {
    requestsPerMinute: 'Requests a minute, each person',
    requestsPerMinuteChat: 'Requests a minute, each chat',
    budgetPerDay: 'Dollars a day (UTC), each person',
    budgetPerDayChat: 'Dollars a day (UTC), each chat',
    budgetPerDayTotal: 'Dollars a day (UTC), in all',
    perConversation: 'Questions waiting in a conversation',
    total: 'Questions waiting in all',
    historyDays: 'Days that a conversation is remembered',
    access: 'Who may talk',
    none: 'no limit',
  },
  accessModes: {
    pairing: 'owners, and whom they let in (`pairing`)',
    allowlist: 'owners, and who is on the list (`allowlist`)',
    open: 'everybody (`open`)',
  },
  accountsNone: 'There is no sign-in and no API key.',
  accountsAway: 'I cannot look at the accounts from here. Try `npm run credentials` on my machine.',
  account: (name, kind, state, minutes, reason) =>
    [
      `**${name}** (${kind === 'key' ? 'API key' : 'sign-in'}): ${state}`,
      ...(minutes === undefined ? [] : [`token for ${minutes} min`]),
      ...(reason === '' ? [] : [reason]),
    ].join(', '),
  accountStates: {
    active: 'active',
    refreshing: 'is being refreshed',
    interrupted: 'its refresh was interrupted',
    ambiguous: 'the answer to its refresh was lost',
    waiting: 'waits before it is refreshed again',
    expired: 'expired',
    'at-only': 'serves, but is not refreshed any more',
    quarantined: 'out of use',
    disabled: 'taken out',
    unknown: 'unknown',
  },
  accountWhy: {
    'answer-lost': () => 'the answer to its refresh was lost for good',
    'auth-loop': () => 'xAI refuses each new token',
    'invalid-api-key': () => 'xAI refuses the key',
    rejected: () => 'xAI refuses its last token',
    refused: (code) => `xAI refreshes it no more (\`${code}\`)`,
    'refresh-failed': (code) => `the last refresh failed (\`${code}\`)`,
  },
  loginPrivately: 'Please ask me that in a private chat.',
  loginLink: (url, code) =>
    `Open ${url} and enter the code **${code}**. I wait, and tell you when it is done.`,
  loginDone: 'Done: I am signed in to Grok.',
  loginFailed: (code) =>
    `The sign-in did not work (${code}). Try again, or use \`npm run login\` on my machine.`,
  ownersOnly: 'Only my owner can do that.',
  notLetIn: 'Sorry, I only talk with people and in places that my owner has let in.',
  notTakenIn: 'Sorry, I cannot take that in right now. Please try again in a minute.',

  menu: {
    ask: 'Ask Grok',
    search: 'Ask Grok to look it up on the web and on X',
    imagine: 'Have Grok draw a picture',
    retry: 'Ask the last question again',
    undo: 'Take the last question and its answer back',
    reset: 'Start a new conversation here',
    stop: 'Stop the answer that is being written',
    model: 'Show or choose the model that answers here',
    effort: 'Show or choose how long Grok thinks here',
    persona: 'Show or choose how Grok is to be here',
    usage: 'What you have used today',
    status: 'Whether I can answer',
    privacy: 'What I keep of this conversation',
    export: 'Write this conversation out',
    help: 'What I can do',
    allow: 'Let somebody talk with me (owners)',
    deny: 'Shut somebody out (owners)',
    limits: 'What each person may use (owners)',
    accounts: 'The Grok accounts (owners)',
    login: 'Sign in to Grok, in private (owners)',
  },
  menuArguments: {
    ask: 'What you want to know',
    search: 'What you want to know',
    imagine: 'What it shows',
    stop: '“all”: whatever you have asked here',
    model: 'Its name, or “default”',
    effort: 'How long',
    persona: 'Who or how to be, or “off”',
    privacy: 'Delete it',
    allow: 'Their code or id',
    deny: 'Their id, such as discord:123, or code',
  },

  ownerSignIn: (credential, reason) =>
    `I can no longer use the Grok sign-in “${credential}” (${reason}). Please sign in again: \`npm run login\` on my machine. Questions are kept until then.`,
  ownerSignInBy: (credential, deadline) =>
    `xAI refreshes the Grok sign-in “${credential}” no more. The present token serves until ${deadline}: please sign in again by then: \`npm run login\` on my machine.`,
  ownerAmbiguous: (credential, deadline) =>
    `The answer to refreshing the Grok sign-in “${credential}” was lost. I go on with the present token until ${deadline}; it may recover by itself. To be sure, sign in again before then: \`npm run login\`.`,
  ownerRecovered: (credential) => `The Grok sign-in “${credential}” works again.`,
  ownerCredentialOut: (credential, reason) =>
    `xAI refuses “${credential}” (${reason}). Check the account or the key; questions that cannot be answered are kept or told so.`,
  ownerModelRefused: (model, reason) =>
    `xAI refuses the model “${model}” (${reason}). Check \`GROK_MODEL\` and what the account may use.`,
  ownerNothingServes:
    'I cannot reach Grok: no sign-in and no API key can serve. Sign in with `npm run login` on my machine, or set `XAI_API_KEY`. Questions are kept until then.',
};
