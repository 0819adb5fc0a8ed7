// Placeholder, so that the project compiles: the relay comes with the in-memory engine.
Console.Error.WriteLine("Relay is not built yet.");
return 1;
