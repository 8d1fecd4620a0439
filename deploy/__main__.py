"""`python -m deploy check|up|secrets|destroy STAGE`, as the Makefile calls it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError
from chatsim.store.dynamo import DynamoStore

from deploy import ai_keys, site, stack
from deploy.build import ROOT
from deploy.stage import Stage
from local.problem import Problem


def up(stage: Stage) -> None:
    """The stack, then what it cannot hold itself: the site's files, and its own address."""
    deployed = stack.deploy(stage)
    origins = {deployed.address, deployed.cloudfront}
    DynamoStore(stage.client("dynamodb"), deployed.table).set_origins(tuple(sorted(origins)))
    files = site.files(ROOT / "frontend" / "dist", deployed.address, stage.parameters["ClerkPublishableKey"])
    changed = site.upload(stage.client("s3"), deployed.bucket, files)
    if changed:
        invalidate(stage, deployed.distribution)
    print(f"\nArchivos cambiados · files changed: {len(changed)}")
    print(f"Lista · ready: {deployed.address}\nSalud · health: {deployed.address}/api/health")


def invalidate(stage: Stage, distribution: str) -> None:
    """Everything at once, which counts as one path. CloudFront takes a reference it has seen for a repeat."""
    batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": uuid4().hex}
    stage.client("cloudfront").create_invalidation(DistributionId=distribution, InvalidationBatch=batch)


def destroy(stage: Stage) -> None:
    """Asks first, and asks again about what the streamers have."""
    deployed = stack.find(stage)
    if input(f"Escribe {stage.stack} para borrarla · type it to delete it: ").strip() != stage.stack:
        raise Problem("No se ha borrado nada.", "Nothing was deleted.")
    with_table = input("¿También los datos de los usuarios? Escribe sí · their data too? type yes: ").strip().lower()
    site.empty(stage.client("s3"), deployed.bucket)
    stack.delete(stage)
    ai_keys.forget(stage)
    if with_table in ("sí", "si", "yes"):
        stage.client("dynamodb").delete_table(TableName=deployed.table)
        print("Todo borrado · all deleted")
    else:
        print(f"Borrado, menos la tabla · deleted, except the table: {deployed.table}")


VERBS: dict[str, Callable[[Stage], None]] = {
    "check": Stage.check,
    "up": up,
    "secrets": ai_keys.ask,
    "destroy": destroy,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy", description="The owner's verbs on AWS.")
    parser.add_argument("verb", choices=VERBS)
    parser.add_argument("stage", help="a block of samconfig.toml: prod, dev…")
    given = parser.parse_args()
    try:
        VERBS[given.verb](Stage.read(given.stage, ROOT / "samconfig.toml"))
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"AWS: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
