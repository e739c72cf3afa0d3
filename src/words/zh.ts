import type { Words } from './catalogue.ts';

export const zh: Words = {
  busy: '现在排队的问题太多了，请过几分钟再问。',
  tooFast: (seconds) => `你问得太快了，请在 ${seconds} 秒后再问。`,
  budgetUsed: (hours) => `你今天的额度已用完，请在约 ${hours} 小时后（UTC 零点）再问。`,
  waitingForSignIn: '我暂时无法连接 Grok。你的问题已保存，恢复后会立即回答。',
  stillWaiting: '仍在等待 Grok …',
  stoppedBeforeStart: '⏹ 已停止。',
  stopped: '⏹ 在此停止。',
  sources: (links) => `**来源：**${links}`,
  cut: '✂ 在此截断：回答已达最大长度。可以让我继续。',
  stopping: '⏹ 已停止。',
  nothingToStop: '没有可以停止的内容。',
  reset: '好的，新的对话开始了，之前的内容不再使用。',
  help: [
    '**我把你的消息转给 Grok，并带回它的回答。**',
    '',
    '私聊时直接写即可；在服务器或群组里，请提及我或回复我的消息。',
    '',
    '- `/ask …` 提问',
    '- `/reset` 开始新的对话',
    '- `/stop` 停止正在生成的回答，`/stop all` 停止你在这里的所有提问',
    '- `/help` 显示本说明',
  ].join('\n'),
  unknownCommand: (name) => `我不认识 \`/${name}\`。\`/help\` 会列出我能做的事。`,
  emptyPrompt: '你想问什么？请写在同一条消息里。',
  tooLong: (maxChars) => `这条消息超过了我一次能接收的 ${maxChars} 个字符，请缩短或分几次发送。`,

  quota: '我背后的 Grok 账户额度已用完，请稍后再试。',
  entitlement: '我背后的 Grok 账户无权使用这个模型，已通知管理者。',
  notAvailable: '我暂时无法使用，管理者已经知道。',
  declined: 'Grok 拒绝回答这个问题。',
  contextTooLong: '即使不带之前的内容，这对 Grok 来说也太长了，请缩短一些。',
  failed: (reference) => `我这边出了点问题，请再试一次。（编号：${reference}）`,
  deadline: (reference) => `Grok 太久没有回答，我不再等待了，请再试一次。（编号：${reference}）`,
  interrupted: (reference) => `多次尝试后仍无法连接 Grok，请稍后再试。（编号：${reference}）`,

  pairing: (code) => `我只和管理者允许的人交谈。如果你认识管理者，请把这个代码给他：**${code}**`,
  pairingAsked: (name, code) => `${name} 想和我交谈。允许请发送：\`/allow ${code}\``,
  claimed: '欢迎！你现在是我的管理者。直接写消息即可，`/help` 显示我能做的事。',
  pairingApproved: '好的，他们现在可以和我交谈了。',
  pairingUnknown: '我不认识这个代码，或者它已失效。',
  ownersOnly: '只有我的管理者可以这样做。',

  ownerSignIn: (credential, reason) =>
    `Grok 登录“${credential}”已无法使用（${reason}）。请在我的机器上重新登录：\`npm run login\`。在此之前，问题都会保留。`,
  ownerAmbiguous: (credential, deadline) =>
    `刷新 Grok 登录“${credential}”的响应丢失了。我会继续使用现有令牌到 ${deadline}，之后也许会自行恢复。为保险起见，请在此之前重新登录：\`npm run login\`。`,
  ownerRecovered: (credential) => `Grok 登录“${credential}”已恢复。`,
  ownerCredentialOut: (credential, reason) =>
    `xAI 拒绝了“${credential}”（${reason}）。请检查账户或密钥；无法回答的问题会保留或告知。`,
  ownerModelRefused: (model, reason) =>
    `xAI 拒绝了模型“${model}”（${reason}）。请检查 \`GROK_MODEL\` 以及账户可用的模型。`,
  ownerNothingServes:
    '我无法连接 Grok：没有可用的登录或 API 密钥。请在我的机器上运行 `npm run login` 登录，或设置 `XAI_API_KEY`。在此之前，问题都会保留。',
};
