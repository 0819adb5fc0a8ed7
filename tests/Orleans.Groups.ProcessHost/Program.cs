using Orleans.Groups.ProcessHost;

return await HostProgram.RunAsync(args);
