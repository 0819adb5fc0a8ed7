using Orleans.Groups.Comparison;

return await new ComparisonCommand().RunAsync(args);
