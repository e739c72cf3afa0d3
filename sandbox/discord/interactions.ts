import type { Interaction, SandboxMessage } from './entities.ts';
import type { Happenings } from './happenings.ts';
import type { MessageEdit, MessageStore, NewMessage } from './message-store.ts';
import type { Settings } from './options.ts';
import { refusals } from './refusal.ts';
import type { Snowflakes } from './snowflakes.ts';

/** What an answer by interaction says; the rest follows from the interaction. */
export type AnswerContent = Omit<NewMessage, 'channelId' | 'authorId' | 'interactionId'>;

interface Course {
  readonly interaction: Interaction;
  deferred: boolean;
  originalId: string | undefined;
  readonly followUpIds: string[];
  /** What was suggested to who still types. */
  choices?: readonly string[];
}

/** The interactions, each with the course that it took. */
export class Interactions {
  readonly #settings: Settings;
  readonly #ids: Snowflakes;
  readonly #messages: MessageStore;
  readonly #happenings: Happenings;
  readonly #courses = new Map<string, Course>();
  readonly #byToken = new Map<string, Course>();

  constructor(settings: Settings, ids: Snowflakes, messages: MessageStore, happenings: Happenings) {
    this.#settings = settings;
    this.#ids = ids;
    this.#messages = messages;
    this.#happenings = happenings;
  }

  start(by: {
    readonly userId: string;
    readonly channelId: string;
    readonly of: Interaction['of'];
    readonly locale: string;
    readonly focused?: string;
  }): Interaction {
    const id = this.#ids.next();
    const token = Buffer.from(`interaction:${id}:${crypto.randomUUID()}`).toString('base64url');
    const interaction = { ...by, id, token, createdAtMs: this.#settings.clock.now() };
    const course: Course = { interaction, deferred: false, originalId: undefined, followUpIds: [] };
    this.#courses.set(id, course);
    this.#byToken.set(token, course);
    this.#happenings.tell({ kind: 'interaction-created', interaction });
    return interaction;
  }

  /** All of them, with their messages' ids, oldest first. */
  courses(): readonly Readonly<Course>[] {
    return [...this.#courses.values()];
  }

  course(interactionId: string): Readonly<Course> | undefined {
    return this.#courses.get(interactionId);
  }

  /**
   * The first answer, which has to come within seconds.
   * @throws {Refusal} 10062, 40060
   */
  answer(id: string, token: string, content: AnswerContent): SandboxMessage {
    const course = this.#unanswered(id, token);
    if (course.interaction.focused !== undefined) throw refusals.unknownInteraction();
    course.deferred = content.loading ?? false;
    const message = this.#post(course, content);
    course.originalId = message.id;
    return message;
  }

  /**
   * What may be chosen, in time and once.
   * @throws {Refusal} 10062, 40060
   */
  suggest(id: string, token: string, choices: readonly string[]): void {
    const course = this.#courses.get(id);
    const isOpen = course?.interaction.token === token && course.interaction.focused !== undefined;
    if (course === undefined || !isOpen) throw refusals.unknownInteraction();
    if (course.choices !== undefined) throw refusals.alreadyAcknowledged();
    if (this.#age(course) > this.#settings.callbackDeadlineMs) throw refusals.unknownInteraction();
    course.choices = choices;
    this.#happenings.note();
  }

  /**
   * The first answer to a press that shows nothing; the message with the button counts as it.
   * @throws {Refusal} 10062, 40060, 50035 for a command
   */
  acknowledge(id: string, token: string): void {
    const course = this.#unanswered(id, token);
    const { of } = course.interaction;
    if (of.kind !== 'press') {
      const message = 'This type is only valid for component interactions.';
      throw refusals.invalidBody({ path: ['type'], code: 'BASE_TYPE_CHOICES', message });
    }
    course.originalId = of.messageId;
    this.#happenings.tell({ kind: 'interaction-acknowledged', interaction: course.interaction });
  }

  /**
   * A later message of the interaction. Straight after a deferral it fills in the deferred answer,
   * as Discord keeps it for backwards compatibility.
   * @throws {Refusal} 10015, 50027
   */
  followUp(token: string, content: AnswerContent): SandboxMessage {
    const course = this.#answered(token);
    const original =
      course.originalId === undefined ? undefined : this.#messages.find(course.originalId);
    if (original?.loading === true) return this.#messages.edit(original.id, content);
    const message = this.#post(course, content);
    course.followUpIds.push(message.id);
    return message;
  }

  /** @throws {Refusal} 10008, 10015, 50027 */
  message(token: string, messageId: string): SandboxMessage {
    const course = this.#answered(token);
    const id = messageId === '@original' ? course.originalId : messageId;
    if (id === undefined || (id !== course.originalId && !course.followUpIds.includes(id))) {
      throw refusals.unknownMessage();
    }
    return this.#messages.standing(id);
  }

  /** @throws {Refusal} 10008, 10015, 50027, 50006 */
  edit(token: string, messageId: string, change: MessageEdit): SandboxMessage {
    return this.#messages.edit(this.message(token, messageId).id, change);
  }

  #post({ interaction }: Course, content: AnswerContent): SandboxMessage {
    const { id, channelId } = interaction;
    return this.#messages.create({
      ...content,
      channelId,
      authorId: this.#settings.botId,
      interactionId: id,
    });
  }

  /** @throws {Refusal} 10062, 40060 */
  #unanswered(id: string, token: string): Course {
    const course = this.#courses.get(id);
    if (course === undefined || course.interaction.token !== token) {
      throw refusals.unknownInteraction();
    }
    if (course.originalId !== undefined) throw refusals.alreadyAcknowledged();
    if (this.#age(course) > this.#settings.callbackDeadlineMs) throw refusals.unknownInteraction();
    return course;
  }

  /** @throws {Refusal} 10015 as long as the interaction has no answer, 50027 once it is over */
  #answered(token: string): Course {
    const course = this.#byToken.get(token);
    if (course?.originalId === undefined) throw refusals.unknownWebhook();
    if (this.#age(course) > this.#settings.interactionTokenMs) throw refusals.invalidWebhookToken();
    return course;
  }

  #age({ interaction }: Course): number {
    return this.#settings.clock.now() - interaction.createdAtMs;
  }
}
