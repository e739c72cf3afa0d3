import type { Words } from './catalogue.ts';

const usedUp = { person: '你', chat: '这个聊天', all: '所有人' } as const;

export const zh: Words = {
  busy: '现在排队的问题太多了，请过几分钟再问。',
  tooFast: (of, seconds) =>
    `${of === 'person' ? '你问得' : '这里的提问'}太快了，请在 ${seconds} 秒后再问。`,
  budgetUsed: (of, hours) =>
    `${usedUp[of]}今天的额度已用完，请在约 ${hours} 小时后（UTC 零点）再问。`,
  waitingForSignIn: '我暂时无法连接 Grok。你的问题已保存，恢复后会立即回答。',
  stillWaiting: '仍在等待 Grok …',
  stoppedBeforeStart: '⏹ 已停止。',
  stopped: '⏹ 在此停止。',
  sources: (links) => `**来源：**${links}`,
  cut: '✂ 在此截断：回答已达最大长度。可以让我继续。',
  stopping: '⏹ 已停止。',
  nothingToStop: '没有可以停止的内容。',
  stopButton: '⏹ 停止',
  retryButton: '🔁 重新回答',
  allowButton: '✅ 允许',
  denyButton: '🚫 拒绝',
  reset: '好的，新的对话开始了，之前的内容不再使用。',
  help: [
    '**我把你的消息转给 Grok，并带回它的回答。**',
    '',
    '私聊时直接写即可；在服务器或群组里，请提及我或回复我的消息。',
    '',
    '- `/ask …` 提问',
    '- `/reset` 开始新的对话',
    '- `/stop` 停止正在生成的回答，`/stop all` 停止你在这里的所有提问',
    '- `/retry` 重新回答上一个问题，`/undo` 撤回它',
    '- `/search …` 在网络和 X 上查找',
    '- `/imagine …` 画一张图',
    '- `/model`、`/effort`、`/persona` 查看和选择这里由谁、怎样回答',
    '- `/usage` 显示你今天的用量，`/status` 显示我能否回答',
    '- `/export` 导出这个对话',
    '- `/privacy` 显示我保存了什么，`/privacy delete` 将其删除',
    '- `/help` 显示本说明',
  ].join('\n'),
  helpForOwners: [
    '**作为管理者，你还可以：**',
    '',
    '- `/allow 代码` 和 `/deny 用户` 决定谁可以和我交谈',
    '- `/limits` 显示每个人和每个聊天的限额',
    '- `/accounts` 显示 Grok 账户，`/login` 登录账户（仅限私聊）',
  ].join('\n'),
  nothingToRetry: '没有可以重新回答的问题。',
  undone: (prompt) => `好的，我已忘记“${prompt}”。`,
  nothingToUndo: '没有可以撤回的内容。',
  modelNow: (model, list) =>
    list === ''
      ? `这里由 **${model}** 回答。`
      : `这里由 **${model}** 回答。用 \`/model 名称\` 选择其他模型，或 \`/model default\` 恢复默认：${list}`,
  modelSet: (model) => `从现在起这里由 **${model}** 回答。`,
  modelUnknown: (name, list) => `没有名为“${name}”的模型。可选：${list}`,
  effortNow: (model, effort, list) =>
    `${effort === undefined ? `**${model}** 自行决定思考多久。` : `**${model}** 的思考强度是 **${effort}**。`}用 \`/effort\` 选择：${list}、default`,
  effortSet: (effort) => `从现在起 Grok 在这里的思考强度是 **${effort}**。`,
  effortStandard: '从现在起由 Grok 自行决定思考多久。',
  effortUnknown: (model, list) => `**${model}** 可选：${list}、default`,
  searchLacking: (model) => `**${model}** 在这里无法查找资料：以上内容出自它自己的知识。`,
  effortLacking: (model) => `**${model}** 不支持设置思考强度。`,
  personas: [
    '耐心的老师：一步一步讲解，并确认我听懂了',
    '简洁的专家：先给答案，话不多，不客套',
    '批评者：找出想法的问题，并说明怎样改进',
    '编辑：改进我写的文字，并说明改了什么',
    '翻译：把我写的内容都译成中文',
  ],
  personaNow: (persona) => `我在这里的角色如下，\`/persona off\` 可取消：\n\n${persona}`,
  personaNone: '我在这里就是 Grok。`/persona` 加上描述可以让我扮演别的角色。',
  personaSet: '好的，从现在起我在这里就是这个角色。`/persona off` 可取消。',
  personaOff: '好的，我又只是 Grok 了。',
  personaTooLong: (maxChars) => `请用不超过 ${maxChars} 个字符描述。`,
  usage: (answers, tokens, cost) => `你今天得到了 ${answers} 个回答：${tokens} 个 token，${cost}。`,
  usageOfChat: (answers, tokens, cost) =>
    `这个聊天：${answers} 个回答，${tokens} 个 token，${cost}。`,
  usageOfAll: (answers, tokens, cost) =>
    `所有人合计：${answers} 个回答，${tokens} 个 token，${cost}。`,
  ofBudget: (cost, budget) => `${cost}（限额 ${budget}）`,
  statusFine: '我在，可以连接 Grok。',
  statusWaiting: '我在，但暂时无法连接 Grok。问题会保存下来，稍后回答。',
  statusFacts: (version, waiting) => `版本 ${version}；正在回答或等待的问题：${waiting} 个。`,
  privacy: (exchanges, hasSummary, days) =>
    `关于这个对话，我保存了 ${exchanges} 个问题及回答，${hasSummary ? '较早部分的摘要，' : ''}用 \`/model\`、\`/effort\`、\`/persona\` 选择的设置，以及你今天和昨天的用量。没有新内容时，${days} 天后删除；我处理失败的问题最多保存 30 天。xAI 会收到问题和回答以便作答，并被要求不要存储。\`/privacy delete\` 立即全部删除。`,
  privacyForgotten:
    '好的，这里说过的内容和选择的设置都已删除，你的用量也已删除（设有每日额度时，今天的用量除外）。',
  exportDone: '这是我所知道的这个对话。',
  exportHeading: '这个对话',
  exportNothing: '这里没有我还记得的内容。',
  exportOmitted: (exchanges) => `最早的 ${exchanges} 个问题已省略。`,
  exportSummary: '我对最早部分的记忆（由 Grok 概括）：',
  exportAsked: '你',
  unknownCommand: (name) => `我不认识 \`/${name}\`。\`/help\` 会列出我能做的事。`,
  emptyPrompt: '你想问什么？请写在同一条消息里。',
  tooLong: (maxChars) => `这条消息超过了我一次能接收的 ${maxChars} 个字符，请缩短或分几次发送。`,

  filesTooMany: (most) => `我一次最多接收 ${most} 个文件，请少发一些。`,
  filesTooLarge: (megabytes) => `这些文件合计超过我一次能接收的 ${megabytes} MB，请减少或缩小。`,
  fileTooLarge: (name, sizes) => `“${name}”太大：${sizes}。我没有读取其中任何内容。`,
  fileSizes: (image, text) => `图片最大 ${image} MB，文本最大 ${text} KB`,
  fileKind: (name) => `我无法读取“${name}”：我只接收图片（PNG、JPEG）以及文本或代码文件。`,
  fileBroken: (name) => `“${name}”已损坏：它不是完整的 PNG 或 JPEG 图片。`,
  fileNotFetched: (name) => `我无法取得“${name}”，请重新发送。`,
  filesGone: '这条消息等待太久，随附的文件已不再保存，请重新发送。',
  picturesUnseen: (model, list) =>
    list === ''
      ? `**${model}** 无法识别图片，请用文字提问。`
      : `**${model}** 无法识别图片。请用 \`/model 名称\` 选择可以识别图片的模型，然后重新发送：${list}`,
  picturesNotDrawn: '画图只依据文字：你发来的图片没有被使用。',
  picturesRefused: 'Grok 没有接受这条消息。该模型可能无法识别图片，或无法读取这张图片。',

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
  denied: (person) => `好的，${person} 不能再和我交谈了。`,
  denyUnknown: '是谁？请给我对方的代码，或 `discord:123`、`telegram:456` 这样的编号。',
  limits: {
    requestsPerMinute: '每人每分钟请求数',
    requestsPerMinuteChat: '每个聊天每分钟请求数',
    budgetPerDay: '每人每天（UTC）美元数',
    budgetPerDayChat: '每个聊天每天（UTC）美元数',
    budgetPerDayTotal: '所有人每天（UTC）美元数',
    perConversation: '每个对话中等待的问题数',
    total: '等待的问题总数',
    historyDays: '对话保存天数',
    access: '谁可以交谈',
    none: '不限',
  },
  accountsNone: '没有登录，也没有 API 密钥。',
  accountsAway: '我在这里无法查看账户，请在我的机器上运行 `npm run credentials`。',
  account: (name, kind, state, minutes, reason) =>
    [
      `**${name}**（${kind === 'key' ? 'API 密钥' : '登录'}）：${state}`,
      ...(minutes === undefined ? [] : [`令牌还有 ${minutes} 分钟`]),
      ...(reason === '' ? [] : [reason]),
    ].join('，'),
  loginPrivately: '请在私聊中对我说。',
  loginLink: (url, code) => `请打开 ${url} 并输入代码 **${code}**。我会等待，完成后告诉你。`,
  loginDone: '好的，我已登录 Grok。',
  loginFailed: (code) => `登录没有成功（${code}）。请重试，或在我的机器上运行 \`npm run login\`。`,
  ownersOnly: '只有我的管理者可以这样做。',

  ownerSignIn: (credential, reason) =>
    `Grok 登录“${credential}”已无法使用（${reason}）。请在我的机器上重新登录：\`npm run login\`。在此之前，问题都会保留。`,
  ownerSignInBy: (credential, deadline) =>
    `xAI 不再刷新 Grok 登录“${credential}”。现有令牌可用到 ${deadline}，请在此之前在我的机器上重新登录：\`npm run login\`。`,
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
