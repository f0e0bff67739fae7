"""The same work by airbyte-cdk: a declarative source, and an upsert of the same 30 columns and the payload.

Run as a script, by the interpreter of an environment that has airbyte-cdk: nothing of ours is imported. Gets the
address of the vendor, header fields as JSON, a file, and the columns; prints records and seconds of processor time.
"""

import importlib
import json
import logging
import sqlite3
import sys
from collections.abc import Iterator
from time import process_time
from typing import Any

PAGE = 500


def manifest(api: str, headers: dict[str, str]) -> dict[str, Any]:
    """Return a source with one stream, read by rising id."""
    after = "{{ next_page_token['next_page_token'] if next_page_token else 0 }}"
    return {
        "version": "7.0.0",
        "type": "DeclarativeSource",
        "check": {"type": "CheckStream", "stream_names": ["tickets"]},
        "streams": [
            {
                "type": "DeclarativeStream",
                "name": "tickets",
                "primary_key": "id",
                "schema_loader": {"type": "InlineSchemaLoader", "schema": {"type": "object", "properties": {}}},
                "retriever": {
                    "type": "SimpleRetriever",
                    "requester": {
                        "type": "HttpRequester",
                        "url_base": api,
                        "path": "Tickets/query",
                        "http_method": "POST",
                        "request_headers": headers,
                        "request_body_json": {
                            "filter": [{"op": "gt", "field": "id", "value": after}],
                            "maxRecords": PAGE,
                        },
                    },
                    "record_selector": {
                        "type": "RecordSelector",
                        "extractor": {"type": "DpathExtractor", "field_path": ["items"]},
                    },
                    "paginator": {
                        "type": "DefaultPaginator",
                        "pagination_strategy": {
                            "type": "CursorPagination",
                            "page_size": PAGE,
                            "cursor_value": "{{ last_record['id'] }}",
                            "stop_condition": f"{{{{ last_page_size < {PAGE} }}}}",
                        },
                    },
                },
            }
        ],
    }


def rows(api: str, headers: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the data of every record that the source emits."""
    models: Any = importlib.import_module("airbyte_cdk.models")
    sources: Any = importlib.import_module("airbyte_cdk.sources.declarative.concurrent_declarative_source")
    stream = models.AirbyteStream(
        name="tickets",
        json_schema={},
        supported_sync_modes=[models.SyncMode.full_refresh],
        source_defined_primary_key=[["id"]],
    )
    catalog = models.ConfiguredAirbyteCatalog(
        streams=[
            models.ConfiguredAirbyteStream(
                stream=stream,
                sync_mode=models.SyncMode.full_refresh,
                destination_sync_mode=models.DestinationSyncMode.append_dedup,
            )
        ]
    )
    source = sources.ConcurrentDeclarativeSource(
        catalog=catalog, config={}, state=[], source_config=manifest(api, headers)
    )
    for message in source.read(logging.getLogger("airbyte"), {}, catalog, []):
        if message.type is models.Type.RECORD:
            yield message.record.data


def main() -> None:
    """Sync once and print records and seconds of processor time."""
    api, headers, path, columns = sys.argv[1:]
    fields: list[str] = json.loads(columns)
    orjson: Any = importlib.import_module("orjson")
    importlib.import_module("airbyte_cdk.sources.declarative.concurrent_declarative_source")
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    names = ", ".join(f'"{name}"' for name in (*fields, "raw"))
    database.execute(f"CREATE TABLE tickets (id INTEGER PRIMARY KEY, {names})")
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in (*fields, "raw"))
    marks = ", ".join("?" * (len(fields) + 2))
    statement = f"INSERT INTO tickets (id, {names}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {sets}"
    began = process_time()
    count = 0
    waiting: list[tuple[Any, ...]] = []

    def store() -> None:
        with database:
            database.executemany(statement, waiting)
        waiting.clear()

    for row in rows(api, json.loads(headers)):
        waiting.append((row["id"], *map(row.get, fields), orjson.dumps(row)))
        count += 1
        if len(waiting) == PAGE:
            store()
    store()
    print(json.dumps([count, process_time() - began]))


if __name__ == "__main__":
    main()
