// The adapter lets destination.go be judged, which is where your own code goes.
// One JSON object per line comes in on stdin, one goes out on stdout; print everything else to stderr.
package main

import (
	"encoding/json"
	"os"
	"sync"
)

type message struct {
	ID           any
	Op, Instance string
	Settings     settings
	Events       []object
}

var (
	instances sync.Map   // settings by instance
	output    sync.Mutex // one reply at a time: they must not mix
)

func answer(request message) {
	reply := object{"id": request.ID}
	switch request.Op {
	case "hello":
		reply["protocol"], reply["dialect"], reply["retry"] = 1, "actions", "classify"
		reply["destination"] = object{"name": "my-destination", "version": "1", "language": "go"}
		reply["capabilities"] = []string{"identify", "group", "track", "page"}
	case "open":
		instances.Store(request.Instance, request.Settings)
	case "deliver":
		results := []object{}
		with, _ := instances.Load(request.Instance)
		for _, event := range request.Events {
			results = append(results, deliver(event, with.(settings)))
		}
		reply["results"] = results
	} // drain, close and bye: nothing is pending once deliver has returned
	output.Lock()
	defer output.Unlock()
	json.NewEncoder(os.Stdout).Encode(reply)
}

func main() {
	lines := json.NewDecoder(os.Stdin)
	lines.UseNumber() // numbers stay as they were written
	for {
		var request message
		if lines.Decode(&request) != nil {
			os.Exit(1)
		}
		if request.Op == "bye" {
			answer(request)
			return
		}
		go answer(request)
	}
}
