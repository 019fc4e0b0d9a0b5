"""Spanish."""

from qa_bot.discord_bot.texts.record import Texts

SPANISH = Texts(
    question="Pregunta",
    paragraph="párrafo {number}",
    page="página {number}",
    open_page="abrir en la cita",
    also_in="También en: {sources}",
    and_more="y {count} más",
    sure_high="Certeza: muy probablemente la respuesta ({percent} %).",
    sure_middle="Certeza: probablemente la respuesta ({percent} %).",
    sure_low="Certeza: quizá la respuesta ({percent} %); conviene leerla en su fuente.",
    fewer_quotes="{count} más en «Más pasajes».",
    refusal="Las fuentes no responden a esto.",
    refusal_help="Solo cito lo que dicen mis documentos, y no encontré en ellos ninguna frase que responda.",
    withheld="Encontré una frase, pero no puedo mostrarla aquí palabra por palabra, así que no la muestro.",
    closest_title="Los pasajes más cercanos. Ninguno es una respuesta:",
    no_answer_mark="no es una respuesta",
    next_title="Más pasajes. Puede que no respondan a la pregunta:",
    context_title="Más de lo que rodea la cita:",
    button_closest="Ver los pasajes más cercanos (sin respuesta)",
    button_next="Más pasajes",
    button_context="Más contexto",
    button_context_of="Contexto de la cita {number}",
    button_yes="Útil: sí",
    button_no="Útil: no",
    button_delete="Borrar",
    button_again="Preguntar otra vez",
    button_back="Página anterior",
    button_forward="Página siguiente",
    voted="Gracias, el voto queda anotado.",
    vote_changed="El voto ha cambiado.",
    vote_same="Ese voto ya estaba anotado.",
    old_generation=(
        "Esa respuesta viene de un estado anterior de los documentos; sus pasajes ya no se pueden mostrar."
    ),
    expired="Este botón ha caducado. Por favor, repite la pregunta.",
    not_yours="Solo quien preguntó, o un moderador, puede borrar esto.",
    not_admin="Solo el dueño del bot puede hacer esto.",
    lost_question="Ya no tengo esa pregunta. Por favor, repítela.",
    cooldown="Una pregunta cada vez, por favor: la próxima {when}.",
    guild_cooldown="Este servidor pregunta mucho ahora mismo; la próxima pregunta, {when}.",
    busy="Ahora mismo no doy abasto. Por favor, pregunta otra vez {when}.",
    not_ready="Todavía no puedo responder: {reason}",
    stopping="Me están reiniciando. Por favor, pregunta otra vez en un minuto.",
    wrong_channel="No respondo en este canal.",
    no_text="En ese mensaje no hay texto que yo pueda leer.",
    failed="Algo falló por mi parte; ha quedado registrado. Por favor, inténtalo más tarde.",
    refused_question="No puedo preguntar eso: {reason}",
    help=(
        "Respondo citando mis documentos palabra por palabra, y lo digo cuando no responden.\n"
        "- `/ask` hace una pregunta; `source` la limita a algunos documentos, `private` te la muestra solo a ti.\n"
        "- Mencióname con una pregunta, o escríbeme directamente.\n"
        "- Responde a una de mis respuestas, con la mención, para seguir.\n"
        "- Clic derecho en un mensaje, Aplicaciones, «{answer_this}» responde a ese mensaje.\n"
        "- `/sources` enumera los documentos, `/status` el estado del índice."
    ),
    sources_title="{count} documentos:",
    sources_line="- **{title}** ({source}), pasajes: {passages}",
    sources_none="No hay documentos en el índice.",
    sources_page="Página {page} de {pages}",
    status=(
        "{state}\n"
        "Generación del índice: {generation}, construida {when}\n"
        "Documentos: {documents}, pasajes: {passages}\n"
        "Modelo: {model}\n"
        "Preguntas en espera: {queue}\n"
        "{drift}"
    ),
    status_drift=(
        "Los documentos han cambiado desde entonces: {added} nuevos, {changed} cambiados, {removed} quitados. "
        "`/rebuild` los incorpora."
    ),
    status_no_drift="Los documentos no han cambiado desde entonces.",
    status_no_index="No estoy listo: {reason}",
    status_ready="Listo",
    status_rebuilding="Reconstruyendo; el índice actual sigue respondiendo",
    rebuild_running="Ya hay una reconstrucción en marcha.",
    rebuild_started="La reconstrucción ha empezado; el índice actual responde hasta que el nuevo esté comprobado.",
    rebuild_progress="Reconstruyendo: {stage}, {done} de {total}.",
    rebuild_done="Reconstruido: {documents} documentos, {passages} pasajes, {embedded} nuevos, en {seconds} s.",
    rebuild_unchanged="Nada había cambiado: {documents} documentos, {passages} pasajes.",
    rebuild_failed="La reconstrucción falló, y el índice actual sigue respondiendo: {reason}",
    ask_description="Responde a una pregunta citando los documentos palabra por palabra",
    ask_question="Tu pregunta",
    ask_source="Solo en estos documentos (un nombre, o un patrón como 2025*)",
    ask_private="Mostrarme la respuesta solo a mí",
    answer_this="Responder a esto",
    sources_description="Enumera los documentos de los que salen las respuestas",
    status_description="Muestra el estado del índice y de la cola",
    help_description="Muestra lo que hace este bot",
    rebuild_description="Pone el índice al día con los documentos (solo el dueño)",
    rebuild_full="Volver a calcular todos los pasajes, no solo lo que cambió",
)
