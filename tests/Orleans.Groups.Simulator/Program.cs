using Orleans.Groups.Simulator;

return SimulatorCommand.Run(args, Console.Out, Console.Error);
