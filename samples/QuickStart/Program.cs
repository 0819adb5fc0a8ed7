// Placeholder, so that the project compiles: the quick start comes with the in-memory engine.
Console.Error.WriteLine("QuickStart is not built yet.");
return 1;
