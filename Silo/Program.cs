using Orleans.Groups.SiloProgram;

return await SiloMain.RunAsync(args);
