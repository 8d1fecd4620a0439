"""The least that Python can do here: Lambda's Runtime API by the standard library, one event, no work at all."""

import os
from http.client import HTTPConnection

EVENT = b"\0" * 8 + b"data: {}\n\n"

connection = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    connection.request("GET", "/2018-06-01/runtime/invocation/next")
    asked = connection.getresponse()
    asked.read()
    request_id = asked.headers["Lambda-Runtime-Aws-Request-Id"]
    connection.putrequest("POST", f"/2018-06-01/runtime/invocation/{request_id}/response")
    connection.putheader("Content-Type", "application/vnd.awslambda.http-integration-response")
    connection.putheader("Lambda-Runtime-Function-Response-Mode", "streaming")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    chunk = b'{"statusCode":200}' + EVENT
    connection.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(chunk), chunk))
    connection.getresponse().read()
