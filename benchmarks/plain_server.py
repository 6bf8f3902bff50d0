"""What a user would write instead: FastAPI, fhir.resources, the same database; a row a resource, nobody screened."""

from __future__ import annotations

import os
from typing import Any

from fastapi import FastAPI, Request
from fhir.resources.R4B.bundle import Bundle
from sqlalchemy import Column, LargeBinary, MetaData, Table, Text, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

engine = create_engine(os.environ["PLAIN_DATABASE"])
resource = Table(
    "resource", MetaData(), Column("key", Text, primary_key=True), Column("body", LargeBinary, nullable=False)
)
app = FastAPI()

if engine.dialect.name == "sqlite":

    @event.listens_for(engine, "connect")
    def durable(connection: Any, _: Any) -> None:
        """As durable as ours."""
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")


resource.metadata.create_all(engine)


def keep(raw: bytes) -> int:
    """Parses, checks and keeps a bundle; how many entries it has."""
    bundle = Bundle.model_validate_json(raw)
    rows = [
        {"key": f"{e.resource.get_resource_type()}/{e.resource.id}", "body": e.resource.model_dump_json().encode()}
        for e in bundle.entry
    ]
    upsert = (sqlite if engine.dialect.name == "sqlite" else postgresql).insert(resource)
    statement = upsert.on_conflict_do_update(index_elements=["key"], set_={"body": upsert.excluded.body})
    with engine.begin() as connection:
        connection.execute(statement, sorted(rows, key=lambda row: row["key"]))
    return len(rows)


@app.post("/fhir/r4")
async def push(request: Request) -> Response:
    """Takes in a bundle."""
    entries = await run_in_threadpool(keep, await request.body())
    answer = [{"response": {"status": "200 OK"}}] * entries
    return JSONResponse({"resourceType": "Bundle", "type": "transaction-response", "entry": answer})
