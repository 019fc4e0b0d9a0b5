"""German."""

from qa_bot.discord_bot.texts.record import Texts

GERMAN = Texts(
    question="Frage",
    paragraph="Absatz {number}",
    page="Seite {number}",
    open_page="beim Zitat öffnen",
    also_in="Auch in: {sources}",
    and_more="und {count} weitere",
    sure_high="Wie sicher: sehr wahrscheinlich die Antwort ({percent} %).",
    sure_middle="Wie sicher: wahrscheinlich die Antwort ({percent} %).",
    sure_low="Wie sicher: möglicherweise die Antwort ({percent} %); bitte in der Quelle nachlesen.",
    fewer_quotes="{count} weitere unter „Weitere Stellen“.",
    refusal="Die Quellen beantworten das nicht.",
    refusal_help="Ich zitiere nur, was in meinen Dokumenten steht, und fand dort keinen Satz, der antwortet.",
    withheld="Ich fand einen Satz, konnte ihn hier aber nicht wörtlich zeigen; darum zeige ich ihn nicht.",
    closest_title="Die nächsten Stellen. Keine davon ist eine Antwort:",
    no_answer_mark="keine Antwort",
    next_title="Weitere Stellen. Sie beantworten die Frage vielleicht nicht:",
    context_title="Mehr von dem, was um das Zitat herum steht:",
    button_closest="Nächste Stellen zeigen (keine Antwort)",
    button_next="Weitere Stellen",
    button_context="Mehr Kontext",
    button_context_of="Kontext von Zitat {number}",
    button_yes="Hilfreich: ja",
    button_no="Hilfreich: nein",
    button_delete="Löschen",
    button_again="Erneut fragen",
    button_back="Vorige Seite",
    button_forward="Nächste Seite",
    voted="Danke, die Stimme ist notiert.",
    vote_changed="Die Stimme ist geändert.",
    vote_same="So war bereits abgestimmt.",
    old_generation=(
        "Diese Antwort stammt aus einem früheren Stand der Dokumente; ihre Stellen lassen sich nicht mehr zeigen."
    ),
    expired="Diese Schaltfläche ist abgelaufen. Bitte die Frage noch einmal stellen.",
    not_yours="Löschen kann nur, wer gefragt hat, oder die Moderation.",
    not_admin="Das kann nur, wem der Bot gehört.",
    lost_question="Diese Frage habe ich nicht mehr. Bitte noch einmal stellen.",
    cooldown="Bitte eine Frage nach der anderen: die nächste {when}.",
    guild_cooldown="Auf diesem Server wird gerade viel gefragt; die nächste Frage geht {when}.",
    busy="Ich bin gerade ausgelastet. Bitte {when} noch einmal fragen.",
    not_ready="Ich kann noch nicht antworten: {reason}",
    stopping="Ich werde neu gestartet. Bitte in einer Minute noch einmal fragen.",
    wrong_channel="In diesem Kanal antworte ich nicht.",
    no_text="In dieser Nachricht ist kein Text, den ich lesen könnte.",
    failed="Bei mir ging etwas schief; es ist protokolliert. Bitte später noch einmal versuchen.",
    refused_question="Das kann ich nicht fragen: {reason}",
    help=(
        "Ich beantworte Fragen, indem ich meine Dokumente wörtlich zitiere, und sage es, wenn sie nicht antworten.\n"
        "- `/ask` stellt eine Frage; `source` beschränkt sie auf einige Dokumente, `private` zeigt sie nur dir.\n"
        "- Erwähne mich mit einer Frage, oder schreibe mir direkt.\n"
        "- Antworte auf eine meiner Antworten, mit Erwähnung, um nachzufragen.\n"
        "- Rechtsklick auf eine Nachricht, Apps, „{answer_this}“ beantwortet diese Nachricht.\n"
        "- `/sources` nennt die Dokumente, `/status` den Stand des Index."
    ),
    sources_title="{count} Dokumente:",
    sources_line="- **{title}** ({source}), Stellen: {passages}",
    sources_none="Im Index sind keine Dokumente.",
    sources_page="Seite {page} von {pages}",
    status=(
        "{state}\n"
        "Stand des Index: {generation}, gebaut {when}\n"
        "Dokumente: {documents}, Stellen: {passages}\n"
        "Modell: {model}\n"
        "Wartende Fragen: {queue}\n"
        "{drift}"
    ),
    status_drift=(
        "Die Dokumente haben sich geändert: {added} neu, {changed} geändert, {removed} entfernt. "
        "`/rebuild` nimmt das auf."
    ),
    status_no_drift="Die Dokumente sind seither unverändert.",
    status_no_index="Nicht bereit: {reason}",
    status_ready="Bereit",
    status_rebuilding="Der Index wird neu gebaut; der jetzige antwortet weiter",
    rebuild_running="Ein Neubau läuft bereits.",
    rebuild_started="Der Neubau läuft; der jetzige Index antwortet, bis der neue geprüft ist.",
    rebuild_progress="Neubau: {stage}, {done} von {total}.",
    rebuild_done="Neu gebaut: {documents} Dokumente, {passages} Stellen, davon {embedded} neue, in {seconds} s.",
    rebuild_unchanged="Nichts hatte sich geändert: {documents} Dokumente, {passages} Stellen.",
    rebuild_failed="Der Neubau schlug fehl, der jetzige Index antwortet weiter: {reason}",
    ask_description="Beantwortet eine Frage mit wörtlichen Zitaten aus den Dokumenten",
    ask_question="Deine Frage",
    ask_source="Nur in diesen Dokumenten (ein Name oder ein Muster wie 2025*)",
    ask_private="Die Antwort nur mir zeigen",
    answer_this="Das beantworten",
    sources_description="Nennt die Dokumente, aus denen die Antworten kommen",
    status_description="Zeigt den Stand des Index und der Warteschlange",
    help_description="Zeigt, was dieser Bot tut",
    rebuild_description="Bringt den Index auf den Stand der Dokumente (nur Besitzer)",
    rebuild_full="Jede Stelle neu einbetten, nicht nur die geänderten",
)
