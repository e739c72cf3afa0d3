import type { Words } from './catalogue.ts';

export const en: Words = {
  busy: 'I have more questions waiting than I can take right now. Please ask again in a few minutes.',
  tooFast: (seconds) =>
    `That was a lot at once. You can ask again in ${seconds === 1 ? 'a second' : `${seconds} seconds`}.`,
  budgetUsed: (hours) =>
    `You have used up what you may ask for today. You can ask again at midnight UTC, in ${hours === 1 ? 'less than an hour' : `about ${hours} hours`}.`,
  waitingForSignIn:
    'I cannot reach Grok at the moment. Your question is kept and will be answered as soon as I can.',
  stillWaiting: 'Still waiting for Grok …',
  stoppedBeforeStart: '⏹ Stopped.',
  stopped: '⏹ Stopped here.',
  sources: (links) => `**Sources:** ${links}`,
  cut: '✂ Cut here: that is as long as an answer may be. Ask me to go on.',
  stopping: '⏹ Stopped.',
  nothingToStop: 'There is nothing to stop.',
  reset: 'Done: this is a new conversation. I no longer use what was said before.',
  help: [
    '**I pass your messages to Grok and bring back the answers.**',
    '',
    'In a private chat, just write. In a server or a group, mention me or reply to me.',
    '',
    '- `/ask …` asks a question',
    '- `/reset` starts a new conversation',
    '- `/stop` stops the answer that is being written, `/stop all` all that you have asked here',
    '- `/help` shows this',
  ].join('\n'),
  unknownCommand: (name) => `I do not know \`/${name}\`. \`/help\` shows what I can do.`,
  emptyPrompt: 'What would you like to ask? Write it in the same message.',
  tooLong: (maxChars) =>
    `This is longer than the ${maxChars} characters I take at once. Please shorten it or send it in parts.`,

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
  claimed: 'Welcome! You are my owner now. Just write to me; `/help` shows what I can do.',
  pairingApproved: 'Done: they may talk with me now.',
  pairingUnknown: 'I do not know that code, or it is no longer valid.',
  ownersOnly: 'Only my owner can do that.',

  ownerSignIn: (credential, reason) =>
    `I can no longer use the Grok sign-in “${credential}” (${reason}). Please sign in again: \`npm run login\` on my machine. Questions are kept until then.`,
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
