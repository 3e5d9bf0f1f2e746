package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

type object = map[string]any

type settings struct {
	Endpoint, APIKey, PrimaryKey string
	SegmentIDKey                 any
	TimeoutMs                    time.Duration
	Integration                  struct {
		AttributeMapping []struct{ CordialKey, SegmentField string }
	}
}

// What became of an event: delivered (Cordial took it), rejected (final), retryable, or dropped (not sent on purpose).
func deliver(event object, with settings) object {
	path, body := requestOf(event, with)
	reply, message, err := post(path, body, with)
	if err != nil {
		return object{"outcome": "retryable", "message": err.Error()}
	}
	result := object{"outcome": "rejected", "status": reply.StatusCode, "message": message}
	switch status := reply.StatusCode; {
	case status >= 200 && status < 300:
		result["outcome"] = "delivered"
	case status == 408, status == 423, status == 429, status >= 500 && status != 501:
		result["outcome"] = "retryable"
		text := reply.Header.Get("Retry-After")
		if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
			result["retryAfterMs"] = seconds * 1000
		} else if at, err := http.ParseTime(text); err == nil && time.Until(at) > 0 {
			result["retryAfterMs"] = time.Until(at).Milliseconds()
		}
	}
	return result
}

// What a Segment event becomes: a path of Cordial's Segment ingest, and a body.
func requestOf(event object, with settings) (string, object) {
	user, traits := event["userId"], object{}
	if given, ok := event["traits"].(object); ok {
		traits = given
	}
	body := object{"segmentId": user, "segmentIdKey": with.SegmentIDKey, "anonymousId": event["anonymousId"]}
	body["userIdentities"] = object{with.PrimaryKey: user}
	switch event["type"] {
	case "identify":
		attributes := object{}
		for _, row := range with.Integration.AttributeMapping {
			if value := find(traits, user, row.SegmentField); value != nil {
				attributes[row.CordialKey] = value
			}
		}
		body["attributes"] = attributes
		return "upsertContact", body
	case "group":
		body["groupId"], body["listName"] = event["groupId"], traits["name"]
		return "addContactToList", body
	case "page":
		body["action"] = "pageView"
	default:
		body["action"] = event["event"]
	}
	body["time"], body["properties"] = event["timestamp"], event["properties"]
	return "createContactactivity", body
}

func find(traits object, user any, path string) any {
	if _, given := traits[path]; path == "user_id" && !given {
		return user
	}
	var value any = traits
	for _, name := range strings.Split(path, ".") {
		fields, _ := value.(object)
		value = fields[name]
	}
	return value
}

// One attempt. The response of a redirect is the answer: the key must not follow it to another host.
func post(path string, body object, with settings) (*http.Response, string, error) {
	for key, value := range body {
		if value == nil {
			delete(body, key)
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, "", err
	}
	request, err := http.NewRequest(http.MethodPost, with.Endpoint+"/api/segment/"+path, bytes.NewReader(text))
	if err != nil {
		return nil, "", err
	}
	request.Header = http.Header{"X-Api-Key": {with.APIKey}, "Content-Type": {"application/json"}}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client := http.Client{Timeout: with.TimeoutMs * time.Millisecond, CheckRedirect: stay}
	reply, err := client.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer reply.Body.Close()
	message, err := io.ReadAll(reply.Body)
	return reply, string(message), err
}
