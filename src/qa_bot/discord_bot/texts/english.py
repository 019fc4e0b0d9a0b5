"""English."""

from qa_bot.discord_bot.texts.record import Texts

ENGLISH = Texts(
    question="Question",
    paragraph="paragraph {number}",
    page="page {number}",
    open_page="open at the quote",
    also_in="Also in: {sources}",
    and_more="and {count} more",
    sure_high="How sure: very likely the answer ({percent} %).",
    sure_middle="How sure: probably the answer ({percent} %).",
    sure_low="How sure: possibly the answer ({percent} %); read it in its source.",
    fewer_quotes="{count} more under “Next passages”.",
    refusal="The sources don't answer this.",
    refusal_help="I only quote what stands in my documents, and found no sentence there that answers.",
    withheld="I found a sentence, but could not show it word for word here, so I don't show it.",
    closest_title="The closest passages. None of them is an answer:",
    no_answer_mark="not an answer",
    next_title="Further passages. They may not answer the question:",
    context_title="More of what stands around the quote:",
    button_closest="Show the closest passages (no answer)",
    button_next="Next passages",
    button_context="More context",
    button_context_of="Context of quote {number}",
    button_yes="Helpful: yes",
    button_no="Helpful: no",
    button_delete="Delete",
    button_again="Ask again",
    button_back="Previous page",
    button_forward="Next page",
    voted="Thank you, your vote is kept.",
    vote_changed="Your vote is changed.",
    vote_same="You had voted so already.",
    old_generation="That answer came from an earlier state of the documents, so its passages can't be shown any more.",
    expired="This button has expired. Please ask the question again.",
    not_yours="Only the person who asked, or a moderator, can delete this.",
    not_admin="Only the bot's owner can do this.",
    lost_question="I no longer have that question. Please ask it again.",
    cooldown="One question at a time, please: you can ask again {when}.",
    guild_cooldown="This server asks a lot at the moment; the next question can be asked {when}.",
    busy="I am busy at the moment. Please ask again {when}.",
    not_ready="I am not ready to answer: {reason}",
    stopping="I am being restarted. Please ask again in a minute.",
    wrong_channel="I don't answer in this channel.",
    no_text="There is no text in that message that I could read.",
    failed="Something went wrong on my side; it was logged. Please try again later.",
    refused_question="I can't ask that: {reason}",
    help=(
        "I answer questions by quoting my documents word for word, and say so where they don't answer.\n"
        "- `/ask` asks a question; `source` limits it to some documents, `private` shows the answer to you alone.\n"
        "- Mention me with a question, or write to me directly.\n"
        "- Reply to one of my answers, with the mention left on, to follow up.\n"
        "- Right-click a message, Apps, “{answer_this}” answers that message.\n"
        "- `/sources` lists the documents, `/status` the state of the index."
    ),
    sources_title="{count} documents:",
    sources_line="- **{title}** ({source}), passages: {passages}",
    sources_none="There are no documents in the index.",
    sources_page="Page {page} of {pages}",
    status=(
        "{state}\n"
        "Index generation: {generation}, built {when}\n"
        "Documents: {documents}, passages: {passages}\n"
        "Model: {model}\n"
        "Questions waiting: {queue}\n"
        "{drift}"
    ),
    status_drift=(
        "The documents changed since: {added} added, {changed} changed, {removed} removed. `/rebuild` takes them in."
    ),
    status_no_drift="The documents have not changed since.",
    status_no_index="Not ready: {reason}",
    status_ready="Ready",
    status_rebuilding="Rebuilding; the present index keeps answering",
    rebuild_running="A rebuild is already running.",
    rebuild_started="The rebuild has started; the present index answers until the new one is checked.",
    rebuild_progress="Rebuilding: {stage}, {done} of {total}.",
    rebuild_done="Rebuilt: {documents} documents, {passages} passages, {embedded} of them new, in {seconds} s.",
    rebuild_unchanged="Nothing had changed: {documents} documents, {passages} passages.",
    rebuild_failed="The rebuild failed, and the present index keeps answering: {reason}",
    ask_description="Answers a question by quoting the documents word for word",
    ask_question="Your question",
    ask_source="Only in these documents (a name, or a pattern such as 2025*)",
    ask_private="Show the answer to me alone",
    answer_this="Answer this",
    sources_description="Lists the documents that answers come from",
    status_description="Shows the state of the index and the queue",
    help_description="Shows what this bot does",
    rebuild_description="Brings the index up to date with the documents (owner only)",
    rebuild_full="Embed every passage anew, not only what changed",
)
