"""Records of the flow as JSON objects: what other programs rely on, field by field."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from qa_bot.types import Answer, BuildReport, Hit, IndexIdentity, IndexStatus, Quote, SearchResult, VerifyReport


def answer_record(answer: Answer) -> dict[str, Any]:
    """Return an answer as in the contract; ``confidence`` and scores are rounded to 4 digits."""
    return {
        "question": answer.question,
        "answered": answer.answered,
        "confidence": round(answer.confidence, 4),
        "quotes": [quote_record(quote) for quote in answer.quotes],
        "closest": [quote_record(quote) for quote in answer.closest],
        "index": index_record(answer.index),
        "took_ms": round(answer.took_ms, 1),
    }


def quote_record(quote: Quote) -> dict[str, Any]:
    """Return a quote with its place, its link and its context."""
    return {
        "text": quote.text,
        "source": quote.source,
        "start": quote.start,
        "end": quote.end,
        "paragraph": quote.paragraph,
        "line": quote.line,
        "title": quote.title,
        "url": quote.url,
        "published": quote.published,
        "page": quote.page,
        "link": quote.link,
        "context": quote.context,
        "score": round(quote.score, 4),
        "also_in": [asdict(place) for place in quote.also_in],
    }


def search_record(result: SearchResult) -> dict[str, Any]:
    """Return a search with its hits, best first."""
    return {
        "query": result.query,
        "hits": [_hit_record(hit) for hit in result.hits],
        "index": index_record(result.index),
        "took_ms": round(result.took_ms, 1),
    }


def _hit_record(hit: Hit) -> dict[str, Any]:
    passage = hit.passage
    return {
        "source": passage.source,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "paragraph": passage.paragraph,
        "line": passage.line,
        "title": passage.title,
        "score": round(hit.score, 4),
    }


def index_record(identity: IndexIdentity) -> dict[str, Any]:
    """Return which index spoke."""
    return asdict(identity)


def build_record(report: BuildReport) -> dict[str, Any]:
    """Return what a build did."""
    return {**asdict(report), "seconds": round(report.seconds, 3)}


def status_record(status: IndexStatus) -> dict[str, Any]:
    """Return the state of the index, and whether it still fits the corpus."""
    return {**asdict(status), "age_seconds": round(status.age_seconds), "up_to_date": not status.drift}


def verify_record(report: VerifyReport) -> dict[str, Any]:
    """Return what a check of the index found."""
    return {**asdict(report), "ok": not report.problems}
