module example.com/my-destination

go 1.19
