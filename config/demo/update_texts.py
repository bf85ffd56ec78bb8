"""The demo's updates. Written for the demo; nothing here was ever sent by a Core Team.

They fit the process as it stood in July 2019, name no dates of their own, and stand in several
states of translation, so that pages and digests show fallbacks too.
"""

from dataclasses import dataclass, field

DEMO_EN = "\n\n*This update was written for the demo. Nobody sent it.*"
DEMO_AR = "\n\n*كُتب هذا التحديث للعرض التجريبي. لم يرسله أحد.*"


@dataclass(frozen=True)
class Text:
    """A title, a short version and, where there is one, a body in Markdown."""

    title: str
    short: str
    body: str = ""


@dataclass(frozen=True)
class DemoUpdate:
    """An update by its slug. ``days_ago``: published then; negative: scheduled; None: a draft."""

    slug: str
    days_ago: int | None
    texts: dict[str, Text] = field(default_factory=dict)


UPDATES = [
    DemoUpdate("nine-scoping-documents", 112, {
        "en": Text(
            "Nine scoping documents are ready to read",
            "Each of the nine Working Groups has written down what it will look at and what it "
            "wants to know from communities. Please read the one closest to your group first. "
            "You need not read all nine.",
            "## What is new\n\nEach Working Group has published a scoping document. It says what "
            "the group will look at, what it leaves to others, and which questions it asks.\n\n"
            "## What you can do\n\n1. Choose **one** document that matters to your group.\n"
            "2. Tell your group in two sentences what it asks.\n"
            "3. Write down what people say, also when they disagree." + DEMO_EN,
        ),
        "ar": Text(
            "تسع وثائق لنطاق العمل جاهزة للقراءة",
            "كتبت كل مجموعة من مجموعات العمل التسع ما ستنظر فيه وما تريد معرفته من المجتمعات. "
            "نرجو قراءة الوثيقة الأقرب إلى مجموعتك أولًا. لا حاجة إلى قراءة التسع كلها.",
            "## ما الجديد\n\nنشرت كل مجموعة عمل وثيقة لنطاق عملها. تقول الوثيقة ما الذي ستنظر فيه "
            "المجموعة، وما تتركه لغيرها، وما الأسئلة التي تطرحها.\n\n## ما الذي يمكنك فعله\n\n"
            "1. اختيار وثيقة **واحدة** تهم مجموعتك.\n2. إخبار مجموعتك في جملتين بما تسأل عنه.\n"
            "3. تدوين ما يقوله الناس، حتى حين يختلفون." + DEMO_AR,
        ),
        "de": Text(
            "Neun Dokumente zum Rahmen der Arbeit sind da",
            "Jede der neun Arbeitsgruppen hat aufgeschrieben, womit sie sich befasst und was sie "
            "von den Communitys wissen möchte. Bitte lest zuerst das Dokument, das eurer Gruppe "
            "am nächsten liegt. Ihr müsst nicht alle neun lesen.",
        ),
    }),
    DemoUpdate("salon-grants", 62, {
        "en": Text(
            "Money for a Strategy Salon: apply soon",
            "Affiliates can ask for a small grant to host a Strategy Salon: one evening, one "
            "topic, a room and something to eat. Applications close soon. A one-page plan is "
            "enough.",
            "A salon is a conversation of two or three hours on **one** topic. A good plan says "
            "who is invited, which questions are asked, and who writes the report." + DEMO_EN,
        ),
        "es": Text(
            "Dinero para un salón de estrategia: solicítalo pronto",
            "Los afiliados pueden pedir una pequeña ayuda para organizar un salón de estrategia: "
            "una tarde, un tema, una sala y algo de comer. El plazo termina pronto. Basta con un "
            "plan de una página.",
        ),
    }),
    DemoUpdate("salons-have-begun", 40, {
        "en": Text(
            "Strategy Salons have begun",
            "The first affiliates are hosting salons. Please send your report within two weeks, "
            "while people still remember what was said. A report needs the place, the day, the "
            "number of people, the language and what they said.",
            "## A good report\n\n- says what was said, not what you wish had been said\n"
            "- keeps opinions apart that do not agree\n- names no one who did not ask for it"
            + DEMO_EN,
        ),
        "ar": Text(
            "بدأت صالونات الاستراتيجية",
            "تستضيف أولى المنظمات التابعة صالونات الاستراتيجية. نرجو إرسال التقرير خلال أسبوعين "
            "ما دام الناس يتذكرون ما قيل. يحتاج التقرير إلى المكان واليوم وعدد الحاضرين واللغة "
            "وما قالوه.",
        ),
        "fr": Text(
            "Les salons de la stratégie ont commencé",
            "Les premiers affiliés organisent des salons. Envoyez votre compte rendu dans les "
            "deux semaines, tant que l’on se souvient de ce qui a été dit. Il lui faut le lieu, "
            "le jour, le nombre de personnes, la langue et leurs propos.",
        ),
    }),
    DemoUpdate("eseap-summit", 14, {
        "en": Text(
            "Groups of East and Southeast Asia and the Pacific have met",
            "The strategy summit of the ESEAP region has just ended. Liaisons of that "
            "region can now send in what their groups said there. One report for each group is "
            "better than one for all.",
            "If your group was there, please write its report in the language in which people "
            "spoke. You can ask for a translation to English." + DEMO_EN,
        ),
        "ja": Text(
            "東アジア・東南アジア・太平洋地域のグループが集まりました",
            "ESEAP地域の戦略サミットが終わりました。この地域のリエゾンは、各グループの"
            "意見を報告として送ることができます。全体で一つの報告よりも、グループごとの報告が"
            "望まれます。",
        ),
        "zh-hans": Text(
            "东亚、东南亚和太平洋地区的团体已经会面",
            "ESEAP地区的战略峰会刚刚结束。该地区的联络人现在可以提交各自团体的意见。"
            "每个团体提交一份报告，比所有团体共用一份更好。",
        ),
    }),
    DemoUpdate("what-happens-this-summer", 10, {
        "en": Text(
            "What happens before and after the first drafts",
            "The nine Working Groups are meeting and writing their first drafts. Conversations "
            "and salons go on at the same time. What your group says now can still change a "
            "draft. After the drafts are published, there are a few more weeks to comment.",
            "## Until the drafts\n\nThe groups read every report. Short ones help most.\n\n"
            "## After the drafts\n\nEach draft gets one page for comments. We will send you a "
            "short version of each, so that you can pass it on without reading all of them."
            + DEMO_EN,
        ),
        "ar": Text(
            "ما الذي يحدث قبل المسودات الأولى وبعدها",
            "تجتمع مجموعات العمل التسع وتكتب مسوداتها الأولى. وتستمر النقاشات والصالونات في "
            "الوقت نفسه. ما تقوله مجموعتك الآن يمكن أن يغيّر مسودة. وبعد نشر المسودات تبقى بضعة "
            "أسابيع للتعليق.",
            "## حتى صدور المسودات\n\nتقرأ المجموعات كل تقرير. والتقارير القصيرة أنفعها.\n\n"
            "## بعد صدور المسودات\n\nلكل مسودة صفحة واحدة للتعليقات. سنرسل نسخة قصيرة من كل "
            "مسودة، حتى يمكن نقلها إلى المجموعات من دون قراءتها كلها." + DEMO_AR,
        ),
        "de": Text(
            "Was vor und nach den ersten Entwürfen geschieht",
            "Die neun Arbeitsgruppen treffen sich und schreiben ihre ersten Entwürfe. Gespräche "
            "und Salons gehen weiter. Was eure Gruppe jetzt sagt, kann einen Entwurf noch ändern. "
            "Nach der Veröffentlichung bleiben einige Wochen für Kommentare.",
        ),
        "es": Text(
            "Qué ocurre antes y después de los primeros borradores",
            "Los nueve grupos de trabajo se reúnen y escriben sus primeros borradores. Las "
            "conversaciones y los salones continúan. Lo que diga tu grupo ahora todavía puede "
            "cambiar un borrador. Después de publicarlos habrá unas semanas para comentar.",
        ),
        "fr": Text(
            "Ce qui se passe avant et après les premières ébauches",
            "Les neuf groupes de travail se réunissent et rédigent leurs premières ébauches. Les "
            "conversations et les salons continuent. Ce que dit votre groupe maintenant peut "
            "encore changer une ébauche. Il restera ensuite quelques semaines pour commenter.",
        ),
        "hi": Text(
            "पहले मसौदों से पहले और बाद में क्या होगा",
            "नौ कार्य समूह मिल रहे हैं और अपने पहले मसौदे लिख रहे हैं। बातचीत और सैलून साथ-साथ चलते "
            "रहेंगे। आपका समूह अभी जो कहेगा, उससे मसौदा बदल सकता है। मसौदे छपने के बाद टिप्पणी के लिए "
            "कुछ और सप्ताह मिलेंगे।",
        ),
        "ja": Text(
            "最初の草案の前と後の予定",
            "九つの作業部会が会合を開き、最初の草案を書いています。対話とサロンも続きます。今の"
            "グループの声で、草案を変えることができます。草案の公開後も、数週間の意見募集が"
            "あります。",
        ),
        "pt": Text(
            "O que acontece antes e depois dos primeiros rascunhos",
            "Os nove grupos de trabalho se reúnem e escrevem os primeiros rascunhos. As conversas "
            "e os salões continuam. O que o seu grupo disser agora ainda pode mudar um rascunho. "
            "Depois da publicação haverá mais algumas semanas para comentar.",
        ),
        "ru": Text(
            "Что будет до и после первых черновиков",
            "Девять рабочих групп встречаются и пишут первые черновики. Обсуждения и салоны "
            "продолжаются. То, что ваша группа скажет сейчас, ещё может изменить черновик. После "
            "публикации останется несколько недель для замечаний.",
        ),
        "zh-hans": Text(
            "第一批草案前后会发生什么",
            "九个工作组正在开会并撰写第一批草案。讨论和沙龙同时继续。您的团体现在提出的意见仍可能"
            "改变草案。草案发布后，还有几周时间可以评论。",
        ),
    }),
    DemoUpdate("a-conversation-in-one-hour", 5, {
        "en": Text(
            "Host a conversation in one hour",
            "You do not need a big event. Five people, one question and one hour are enough. "
            "This update has a plan you can follow: what to send before, how to share the hour, "
            "and what to write down.",
            "| minutes | what |\n|---|---|\n| 10 | Say why you meet, read the question aloud |\n"
            "| 15 | Everyone writes for themselves |\n| 25 | Talk; one person takes notes |\n"
            "| 10 | Read the notes aloud and correct them |\n\nSend the notes as they are. We can "
            "ask for a translation." + DEMO_EN,
        ),
        "ar": Text(
            "استضافة نقاش في ساعة واحدة",
            "لا حاجة إلى فعالية كبيرة. يكفي خمسة أشخاص وسؤال واحد وساعة واحدة. في هذا التحديث "
            "خطة يمكن اتباعها: ما الذي يُرسل قبل اللقاء، وكيف تُقسَّم الساعة، وما الذي يُدوَّن.",
        ),
        "es": Text(
            "Organiza una conversación en una hora",
            "No hace falta un gran evento. Bastan cinco personas, una pregunta y una hora. Aquí "
            "tienes un plan: qué enviar antes, cómo repartir la hora y qué anotar.",
        ),
        "fr": Text(
            "Organisez une conversation en une heure",
            "Inutile de prévoir un grand événement. Cinq personnes, une question et une heure "
            "suffisent. Voici un plan : quoi envoyer avant, comment répartir l’heure et que noter.",
        ),
    }),
    DemoUpdate("questions-about-the-drafts", 1, {
        "en": Text(
            "First drafts come next month: three things to know",
            "The drafts are not decisions. They will differ in length and style, because nine "
            "groups write them. Your group can answer to one draft only, and that is a full "
            "answer.",
            "We will publish all drafts on the same day. Until then, open topics stay open: each "
            "topic page says until when." + DEMO_EN,
        ),
        "ar": Text(
            "تصدر المسودات الأولى الشهر القادم: ثلاثة أمور مهمة",
            "المسودات ليست قرارات. وستختلف في طولها وأسلوبها لأن تسع مجموعات تكتبها. ويمكن "
            "لمجموعتك أن تجيب عن مسودة واحدة فقط، وهذا جواب كامل.",
            "سننشر كل المسودات في يوم واحد. وحتى ذلك الحين تبقى المواضيع المفتوحة مفتوحة: تذكر "
            "صفحة كل موضوع آخر موعد له." + DEMO_AR,
        ),
    }),
    DemoUpdate("office-hours", -3, {
        "en": Text(
            "Ask the Core Team: three open hours next week",
            "Members of the Core Team answer your questions in three open hours at different "
            "times of the day. You can send a question before. Answers are written down.",
            "Nobody has to speak: questions can be written too." + DEMO_EN,
        ),
    }),
    DemoUpdate("how-drafts-are-translated", None, {
        "en": Text(
            "How the drafts will be translated",
            "This is still a draft of ours: which parts are translated first, and by whom.",
        ),
    }),
]  # fmt: skip
