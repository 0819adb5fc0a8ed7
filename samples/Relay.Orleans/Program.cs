using Orleans.Groups.Samples.Relay;

return args is [MemberProcess.Verb, ..]
    ? await MemberProcess.RunAsync(args)
    : await RelayProgram.MainAsync(OrleansRelayHost.Engine, args, OrleansRelayHost.Create);
