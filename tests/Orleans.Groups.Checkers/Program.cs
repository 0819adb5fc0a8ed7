using Orleans.Groups.Checkers;

return CheckCommand.Run(args, Console.Out, Console.Error);
