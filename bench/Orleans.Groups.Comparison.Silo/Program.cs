using System.Globalization;
using Orleans.Groups.Comparison;

// Its silo port, its gateway port, and the silo port of the first silo.
return await SiloWorker.RunAsync([.. args.Select(port => int.Parse(port, CultureInfo.InvariantCulture))]);
