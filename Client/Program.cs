using Orleans.Groups.ClientProgram;

return await ClientMain.RunAsync(args);
