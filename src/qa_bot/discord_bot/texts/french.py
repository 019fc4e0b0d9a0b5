"""French."""

from qa_bot.discord_bot.texts.record import Texts

FRENCH = Texts(
    question="Question",
    paragraph="paragraphe {number}",
    page="page {number}",
    open_page="ouvrir à la citation",
    also_in="Aussi dans : {sources}",
    and_more="et {count} autres",
    sure_high="Certitude : très probablement la réponse ({percent} %).",
    sure_middle="Certitude : probablement la réponse ({percent} %).",
    sure_low="Certitude : peut-être la réponse ({percent} %) ; à vérifier dans la source.",
    fewer_quotes="{count} de plus sous « Passages suivants ».",
    refusal="Les sources ne répondent pas à cette question.",
    refusal_help="Je ne fais que citer mes documents, et je n'y ai trouvé aucune phrase qui réponde.",
    withheld="J'ai trouvé une phrase, mais je ne peux pas la montrer mot pour mot ici ; je ne la montre donc pas.",
    closest_title="Les passages les plus proches. Aucun n'est une réponse :",
    no_answer_mark="pas une réponse",
    next_title="Autres passages. Ils ne répondent peut-être pas à la question :",
    context_title="La suite de ce qui entoure la citation :",
    button_closest="Passages les plus proches (pas une réponse)",
    button_next="Passages suivants",
    button_context="Plus de contexte",
    button_context_of="Contexte de la citation {number}",
    button_yes="Utile : oui",
    button_no="Utile : non",
    button_delete="Supprimer",
    button_again="Reposer la question",
    button_back="Page précédente",
    button_forward="Page suivante",
    voted="Merci, le vote est noté.",
    vote_changed="Le vote est modifié.",
    vote_same="Ce vote était déjà noté.",
    old_generation=(
        "Cette réponse vient d'un état antérieur des documents ; ses passages ne peuvent plus être montrés."
    ),
    expired="Ce bouton a expiré. Merci de reposer la question.",
    not_yours="Seuls la personne qui a posé la question et les modérateurs peuvent supprimer ceci.",
    not_admin="Seul le propriétaire du bot peut faire cela.",
    lost_question="Je n'ai plus cette question. Merci de la reposer.",
    cooldown="Une question à la fois : la prochaine {when}.",
    guild_cooldown="Ce serveur pose beaucoup de questions en ce moment ; la prochaine {when}.",
    busy="Je suis occupé en ce moment. Merci de redemander {when}.",
    not_ready="Je ne peux pas encore répondre : {reason}",
    stopping="Je redémarre. Merci de redemander dans une minute.",
    wrong_channel="Je ne réponds pas dans ce salon.",
    no_text="Ce message ne contient aucun texte que je puisse lire.",
    failed="Une erreur s'est produite de mon côté ; elle est enregistrée. Merci de réessayer plus tard.",
    refused_question="Je ne peux pas poser cette question : {reason}",
    help=(
        "Je réponds en citant mes documents mot pour mot, et je le dis quand ils ne répondent pas.\n"
        "- `/ask` pose une question ; `source` la limite à certains documents, `private` ne la montre qu'à vous.\n"
        "- Mentionnez-moi avec une question, ou écrivez-moi directement.\n"
        "- Répondez à une de mes réponses, avec la mention, pour continuer.\n"
        "- Clic droit sur un message, Applications, « {answer_this} » répond à ce message.\n"
        "- `/sources` liste les documents, `/status` l'état de l'index."
    ),
    sources_title="{count} documents :",
    sources_line="- **{title}** ({source}), passages : {passages}",
    sources_none="L'index ne contient aucun document.",
    sources_page="Page {page} sur {pages}",
    status=(
        "{state}\n"
        "Génération de l'index : {generation}, construite {when}\n"
        "Documents : {documents}, passages : {passages}\n"
        "Modèle : {model}\n"
        "Questions en attente : {queue}\n"
        "{drift}"
    ),
    status_drift=(
        "Les documents ont changé depuis : {added} ajoutés, {changed} modifiés, {removed} retirés. "
        "`/rebuild` les prend en compte."
    ),
    status_no_drift="Les documents n'ont pas changé depuis.",
    status_no_index="Pas prêt : {reason}",
    status_ready="Prêt",
    status_rebuilding="Reconstruction en cours ; l'index actuel continue de répondre",
    rebuild_running="Une reconstruction est déjà en cours.",
    rebuild_started="La reconstruction a commencé ; l'index actuel répond jusqu'à ce que le nouveau soit vérifié.",
    rebuild_progress="Reconstruction : {stage}, {done} sur {total}.",
    rebuild_done="Reconstruit : {documents} documents, {passages} passages, dont {embedded} nouveaux, en {seconds} s.",
    rebuild_unchanged="Rien n'avait changé : {documents} documents, {passages} passages.",
    rebuild_failed="La reconstruction a échoué, l'index actuel continue de répondre : {reason}",
    ask_description="Répond à une question en citant les documents mot pour mot",
    ask_question="Votre question",
    ask_source="Seulement dans ces documents (un nom, ou un motif comme 2025*)",
    ask_private="Ne montrer la réponse qu'à moi",
    answer_this="Répondre à ceci",
    sources_description="Liste les documents d'où viennent les réponses",
    status_description="Montre l'état de l'index et de la file d'attente",
    help_description="Montre ce que fait ce bot",
    rebuild_description="Met l'index à jour avec les documents (propriétaire seulement)",
    rebuild_full="Recalculer tous les passages, pas seulement ce qui a changé",
)
