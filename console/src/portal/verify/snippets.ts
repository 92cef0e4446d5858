/**
 * Receivers that verify, with the published Standard Webhooks libraries. The secret is put in as a literal so that it
 * can be tried at once; each says where it belongs.
 */
export interface Snippet {
  language: string;
  install: string;
  code: (secret: string) => string;
}

export const snippets: Snippet[] = [
  {
    language: 'Node',
    install: 'npm install standardwebhooks express',
    code: (secret) => `import express from 'express';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook('${secret}'); // keep it in your configuration
const app = express();

// express.raw: the signature is of the bytes, not of what they parse to.
app.post('/webhooks', express.raw({ type: 'application/json' }), (request, response) => {
  let event;
  try {
    event = webhook.verify(request.body, request.headers);
  } catch {
    return response.status(401).end();
  }
  response.status(204).end();
  console.log(request.headers['webhook-id'], event.type, event.data);
});

app.listen(3000);`,
  },
  {
    language: 'Python',
    install: 'pip install standardwebhooks flask',
    code: (secret) => `from flask import Flask, request
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

webhook = Webhook("${secret}")  # keep it in your configuration
app = Flask(__name__)

@app.post("/webhooks")
def receive():
    try:
        event = webhook.verify(request.get_data(), dict(request.headers))
    except WebhookVerificationError:
        return "", 401
    print(request.headers["webhook-id"], event["type"], event["data"])
    return "", 204`,
  },
  {
    language: 'Go',
    install: 'go get github.com/standard-webhooks/standard-webhooks/libraries/go',
    code: (secret) => `package main

import (
	"io"
	"log"
	"net/http"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

func main() {
	webhook, err := standardwebhooks.NewWebhook("${secret}") // keep it in your configuration
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("POST /webhooks", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil || webhook.Verify(body, r.Header) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusNoContent)
		log.Println(r.Header.Get("webhook-id"), string(body))
	})
	log.Fatal(http.ListenAndServe(":3000", nil))
}`,
  },
  {
    language: 'Ruby',
    install: 'gem install standardwebhooks sinatra',
    code: (secret) => `require "sinatra"
require "standardwebhooks"

WEBHOOK = StandardWebhooks::Webhook.new("${secret}") # keep it in your configuration

post "/webhooks" do
  body = request.body.read
  headers = %w[webhook-id webhook-timestamp webhook-signature].to_h do |name|
    [name, request.env["HTTP_#{name.upcase.tr("-", "_")}"]]
  end
  begin
    event = WEBHOOK.verify(body, headers)
  rescue StandardWebhooks::WebhookVerificationError
    halt 401
  end
  puts headers["webhook-id"], event
  status 204
end`,
  },
  {
    language: 'PHP',
    install: 'composer require standard-webhooks/standard-webhooks',
    code: (secret) => `<?php
require 'vendor/autoload.php';

$webhook = new \\StandardWebhooks\\Webhook('${secret}'); // keep it in your configuration
$body = file_get_contents('php://input');

try {
    $event = $webhook->verify($body, array_change_key_case(getallheaders()));
} catch (\\Exception $error) {
    http_response_code(401);
    exit;
}
http_response_code(204);
error_log($event['type']);`,
  },
  {
    language: 'Java',
    install: 'com.standardwebhooks:standardwebhooks',
    code: (secret) => `import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

public class Receiver {
  public static void main(String[] args) throws Exception {
    Webhook webhook = new Webhook("${secret}"); // keep it in your configuration
    HttpServer server = HttpServer.create(new InetSocketAddress(3000), 0);
    server.createContext("/webhooks", exchange -> {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      int status = 204;
      try {
        webhook.verify(body, HttpHeaders.of(exchange.getRequestHeaders(), (name, value) -> true));
        System.out.println(body);
      } catch (WebhookVerificationException refused) {
        status = 401;
      }
      exchange.sendResponseHeaders(status, -1);
      exchange.close();
    });
    server.start();
  }
}`,
  },
];
